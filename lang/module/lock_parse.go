package module

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weirci/weir/lang/diag"
)

const (
	maxLock     = 4 << 20 // bytes
	maxProblems = 50      // that are reported of one file
)

// ReadLock reads the lock of the pipeline in dir; none is an empty one. The text
// is for showing problems, nil where there is none.
func ReadLock(dir string) (*Lock, []byte, diag.List) {
	path := filepath.Join(dir, LockFile)
	at := diag.Range{File: path}
	var l diag.List
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Lock{}, nil, nil
	case err == nil && !info.Mode().IsRegular():
		l.Errorf(diag.BadLock, at, "Cannot read the lock", "It is not a regular file.")
		return &Lock{}, nil, l
	case err == nil && info.Size() > maxLock:
		l.Errorf(diag.BadLock, at, "Cannot read the lock", "It has %d bytes; a lock has %d at most.", info.Size(), maxLock)
		return &Lock{}, nil, l
	}
	text, err := os.ReadFile(path)
	if err != nil {
		l.Errorf(diag.BadLock, at, "Cannot read the lock", "%s.", err)
		return &Lock{}, nil, l
	}
	lock, l := ParseLock(path, text)
	return lock, text, l
}

// ParseLock reads a lock. Its form is a small part of HCL, one thing a line, as
// it is written by machines; a line that is anything else is a problem, and all
// of them are reported.
func ParseLock(file string, text []byte) (*Lock, diag.List) {
	p := lockParser{file: file, lock: &Lock{}}
	if !utf8.Valid(text) {
		p.list.Errorf(diag.BadLock, diag.Range{File: file}, "Cannot read the lock", "It is not valid UTF-8.")
		return p.lock, p.list
	}
	for line := range strings.Lines(string(text)) {
		if p.number++; len(p.list) > maxProblems {
			break
		}
		p.line = strings.TrimRight(line, "\r\n")
		p.read(strings.TrimSpace(p.line))
		p.offset += len(line)
	}
	p.end()
	if p.conflict != nil {
		return &Lock{}, diag.List{*p.conflict}
	}
	return p.lock, p.list
}

// lockParser is one reading of a lock.
type lockParser struct {
	file     string
	lock     *Lock
	list     diag.List
	conflict *diag.Diagnostic

	line   string // without its end
	number int
	offset int // of the line

	open *lockBlock
}

// lockBlock is the block that the parser is in.
type lockBlock struct {
	at     diag.Range
	fields []lockField
	seen   []string
	keep   func()
}

var (
	lockBlockForm = regexp.MustCompile(`^(\w+)\s+("(?:[^"\\]|\\.)*")\s*\{$`)
	lockFieldForm = regexp.MustCompile(`^(\w+)\s*=\s*("(?:[^"\\]|\\.)*")$`)
	hashForm      = regexp.MustCompile(`^h1:[0-9A-Za-z+/]{43}=$`)
	revisionForm  = regexp.MustCompile(`^(?:[0-9a-f]{40}|sha256:[0-9a-f]{64})$`)
	digestForm    = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

func (p *lockParser) read(line string) {
	block, field := lockBlockForm.FindStringSubmatch(line), lockFieldForm.FindStringSubmatch(line)
	switch {
	case strings.HasPrefix(line, "<<<<<<<"), strings.HasPrefix(line, "======="), strings.HasPrefix(line, ">>>>>>>"), strings.HasPrefix(line, "|||||||"):
		p.conflicts()
	case line == "" || line[0] == '#':
	case p.open == nil && block != nil:
		p.begin(block[1], block[2])
	case p.open != nil && field != nil:
		p.field(field[1], field[2])
	case p.open != nil && line == "}":
		p.close()
	default:
		p.problem("This line is neither a block nor an argument of one.")
	}
}

// conflicts stands for everything else: nothing in the file counts until
// somebody has decided.
func (p *lockParser) conflicts() {
	if p.conflict != nil {
		return
	}
	p.conflict = &diag.Diagnostic{Code: diag.BadLock, Range: p.here(), Summary: "Conflict in the lock",
		Detail: "Two branches have locked different things, and git has left both here.",
		Fix:    &diag.Fix{Help: "take either side (git checkout --theirs " + LockFile + "), then run `weir get` and `weir lock`: they add what is missing"}}
}

func (p *lockParser) here() diag.Range {
	indent := len(p.line) - len(strings.TrimLeft(p.line, " \t"))
	end := len(strings.TrimRight(p.line, " \t"))
	return diag.Range{File: p.file,
		Start: diag.Pos{Line: p.number, Column: indent + 1, Byte: p.offset + indent},
		End:   diag.Pos{Line: p.number, Column: utf8.RuneCountInString(p.line[:end]) + 1, Byte: p.offset + end}}
}

func (p *lockParser) problem(format string, args ...any) {
	p.problemAt(p.here(), format, args...)
}

func (p *lockParser) problemAt(at diag.Range, format string, args ...any) {
	p.list.Append(diag.Diagnostic{Code: diag.BadLock, Range: at, Summary: "Cannot read the lock", Detail: fmt.Sprintf(format, args...),
		Fix: &diag.Fix{Help: "take the last version of the file that was right, or delete it, and run `weir get` and `weir lock`"}})
}

func (p *lockParser) begin(kind, label string) {
	name, err := unquote(label)
	if err != nil {
		p.problem("%s is no text.", label)
	}
	at := p.here()
	p.open = &lockBlock{at: at, keep: func() {}}
	switch kind {
	case "module":
		m := &Locked{Source: name, Range: at}
		p.open.fields, p.open.keep = m.fields(), func() { p.module(m) }
	case "image":
		i := &Image{Reference: name, Range: at}
		p.open.fields, p.open.keep = i.fields(), func() { p.image(i) }
	default:
		p.problem("A lock has blocks module and image, not %q. Was it written by a newer weir?", kind)
	}
}

func (p *lockParser) field(name, text string) {
	value, err := unquote(text)
	if err != nil {
		p.problem("%s is no text.", text)
	}
	at := slices.IndexFunc(p.open.fields, func(f lockField) bool { return f.name == name })
	switch {
	case p.open.fields == nil: // of a block that is not known
	case at < 0:
		p.problem("A block like this has no argument %q.", name)
	case slices.Contains(p.open.seen, name):
		p.problem("%s is there twice.", name)
	default:
		*p.open.fields[at].to = value
		p.open.seen = append(p.open.seen, name)
	}
}

func (p *lockParser) close() {
	for _, f := range p.open.fields {
		if *f.to == "" && !f.optional {
			p.problemAt(p.open.at, "This block has no %s.", f.name)
		}
	}
	p.open.keep()
	p.open = nil
}

func (p *lockParser) end() {
	if p.open != nil {
		p.list.Append(diag.Diagnostic{Code: diag.BadLock, Range: p.open.at, Summary: "Cannot read the lock", Detail: "This block never ends."})
	}
}

func (p *lockParser) module(m *Locked) {
	source, fault := Parse(m.Source)
	remote, ok := source.(Remote)
	switch {
	case fault != nil:
		p.problemAt(m.Range, "Its source is wrong: %s", fault.Detail)
	case !ok || remote.Subdir() != "":
		p.problemAt(m.Range, "%q is no package that could be fetched.", m.Source)
	case m.Hash != "" && !hashForm.MatchString(m.Hash):
		p.problemAt(m.Range, "%q is no hash.", m.Hash)
	case m.Revision != "" && !revisionForm.MatchString(m.Revision):
		p.problemAt(m.Range, "%q is neither a commit nor a digest.", m.Revision)
	}
	if first, twice := p.lock.Find(m.Source, m.Constraint); twice {
		p.list.Append(diag.Diagnostic{Code: diag.BadLock, Range: m.Range, Summary: "Locked twice", Detail: "The lock has two blocks for this module.",
			Related: []diag.Related{{Message: "the first one", Range: first.Range}}})
		return
	}
	p.lock.Modules = append(p.lock.Modules, *m)
}

func (p *lockParser) image(i *Image) {
	if i.Digest != "" && !digestForm.MatchString(i.Digest) {
		p.problemAt(i.Range, "%q is no digest.", i.Digest)
	}
	if at := slices.IndexFunc(p.lock.Images, func(o Image) bool { return o.Reference == i.Reference }); at >= 0 {
		p.list.Append(diag.Diagnostic{Code: diag.BadLock, Range: i.Range, Summary: "Locked twice", Detail: "The lock has two blocks for this image.",
			Related: []diag.Related{{Message: "the first one", Range: p.lock.Images[at].Range}}})
		return
	}
	p.lock.Images = append(p.lock.Images, *i)
}

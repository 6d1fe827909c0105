package module

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/weirci/weir/lang/diag"
)

// LockFile is the name of the lock, beside the pipeline's files.
const LockFile = "weir.lock.hcl"

// Lock is what was chosen for what the pipeline leaves open: which state of each
// module, which image behind each tag. The zero value locks nothing.
type Lock struct {
	Modules []Locked
	Images  []Image
}

// Locked is one package of modules.
type Locked struct {
	Source     string // as Remote.Package gives it
	Constraint string // on its versions, "" for none
	Version    string // the tag that was chosen, with a constraint
	Revision   string // a commit, or the digest of an artifact
	Hash       string // of its files: h1:…
	Range      diag.Range
}

// Image is a reference to an image without a digest, and its digest.
type Image struct {
	Reference, Digest string
	Range             diag.Range
}

// Find is the package of a source under a constraint.
func (l *Lock) Find(source, constraint string) (Locked, bool) {
	for _, m := range l.Modules {
		if m.Source == source && m.Constraint == constraint {
			return m, true
		}
	}
	return Locked{}, false
}

// Digests are the locked images, nil for none.
func (l *Lock) Digests() map[string]string {
	if len(l.Images) == 0 {
		return nil
	}
	all := make(map[string]string, len(l.Images))
	for _, i := range l.Images {
		all[i.Reference] = i.Digest
	}
	return all
}

// Empty says whether there is nothing to write.
func (l *Lock) Empty() bool { return len(l.Modules)+len(l.Images) == 0 }

const lockHead = `# What weir get and weir lock have chosen. Keep this file with the pipeline;
# do not edit it by hand.
`

// Bytes is the lock as a file: sorted, and the same bytes for the same content.
func (l *Lock) Bytes() []byte {
	modules, images := slices.Clone(l.Modules), slices.Clone(l.Images)
	slices.SortFunc(modules, func(a, b Locked) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Constraint, b.Constraint))
	})
	slices.SortFunc(images, func(a, b Image) int { return cmp.Compare(a.Reference, b.Reference) })
	var b bytes.Buffer
	b.WriteString(lockHead)
	for _, m := range modules {
		fmt.Fprintf(&b, "\nmodule %s {\n", quote(m.Source))
		for _, f := range m.fields() {
			if *f.to != "" {
				fmt.Fprintf(&b, "  %-*s = %s\n", m.width(), f.name, quote(*f.to))
			}
		}
		b.WriteString("}\n")
	}
	for _, i := range images {
		fmt.Fprintf(&b, "\nimage %s {\n  digest = %s\n}\n", quote(i.Reference), quote(i.Digest))
	}
	return b.Bytes()
}

// lockField is one argument of a block.
type lockField struct {
	name     string
	to       *string
	optional bool
}

func (m *Locked) fields() []lockField {
	return []lockField{
		{"constraint", &m.Constraint, true}, {"version", &m.Version, true},
		{"revision", &m.Revision, false}, {"hash", &m.Hash, false},
	}
}

func (i *Image) fields() []lockField { return []lockField{{"digest", &i.Digest, false}} }

func (m *Locked) width() int {
	if m.Constraint != "" {
		return len("constraint")
	}
	return len("revision")
}

// quote is a text as HCL has it.
func quote(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(s))
}

func unquote(s string) (string, error) {
	text, err := strconv.Unquote(s)
	return strings.NewReplacer("$${", "${", "%%{", "%{").Replace(text), err
}

// WriteLock writes the lock of the pipeline in dir, all of it or nothing. An
// empty lock is no file.
func WriteLock(dir string, l *Lock) (err error) {
	path := filepath.Join(dir, LockFile)
	if l.Empty() {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("removing the lock: %w", err)
		}
		return nil
	}
	f, err := os.CreateTemp(dir, ".weir.lock-*")
	if err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(l.Bytes())
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	return nil
}

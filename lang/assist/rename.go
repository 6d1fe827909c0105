package assist

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Renameable says where the name at a place stands, or why it cannot have
// another one.
func (d *Dir) Renameable(path string, offset int) (Word, error) {
	at, err := d.renameable(path, offset)
	if err != nil {
		return Word{}, err
	}
	return Word{at.name, at.Span}, nil
}

func (d *Dir) renameable(path string, offset int) (place, error) {
	at, ok := d.mentionAt(path, offset)
	if !ok {
		return place{}, fmt.Errorf("here is no name that could be changed")
	}
	switch {
	case at.root == "step" || at.root == "resource" && at.label != nil && !at.defines:
		return place{}, fmt.Errorf("%q is the name of a step and of the directory that tasks see: paths may point into it, so only you can change it", at.name)
	case at.root == "output", at.root == "argument", at.root == "var" && d.IsModule():
		return place{}, fmt.Errorf("%q belongs to a module, whose calls stand in other directories", at.name)
	}
	if _, ok := d.definition(at.symbol); !ok {
		return place{}, fmt.Errorf("nothing here defines %s", at.symbol)
	}
	for _, p := range d.paths {
		if d.files[p].broken {
			return place{}, fmt.Errorf("%s has syntax errors, so not every use of %s can be found: correct it first", p, at.symbol)
		}
	}
	return at, nil
}

// IsModule says whether the directory is no pipeline by itself, but called by others.
func (d *Dir) IsModule() bool {
	for _, f := range d.files {
		if slices.ContainsFunc(f.Root.Blocks, func(b *Block) bool { return b.Type.Text == "pipeline" }) {
			return false
		}
	}
	return true
}

// Rename gives what at a place has a name another one, everywhere.
func (d *Dir) Rename(path string, offset int, name string) ([]Edit, error) {
	at, err := d.renameable(path, offset)
	if err != nil {
		return nil, err
	}
	if !validName(name) {
		return nil, fmt.Errorf("%q is no name: names begin with a letter or _ and go on with letters, digits, - and _", name)
	}
	if name == at.name {
		return nil, nil
	}
	if err := d.free(at.symbol, name); err != nil {
		return nil, err
	}
	var edits []Edit
	for _, p := range d.places[at.symbol] {
		e := Edit{p.location(), name}
		if p.root == "resource" && !p.defines && p.label != nil {
			e = p.nameResource("resource." + at.kind + "." + name)
		}
		if !slices.Contains(edits, e) {
			edits = append(edits, e)
		}
	}
	return edits, nil
}

const maxName = 100 // bytes

func validName(s string) bool {
	for i, r := range s {
		switch {
		case unicode.IsLetter(r) || r == '_':
		case i > 0 && (unicode.IsDigit(r) || r == '-'):
		default:
			return false
		}
	}
	return s != "" && len(s) <= maxName
}

// free says whether a symbol may have a name: no other has it, and no step that
// is named so would mean another resource then.
func (d *Dir) free(s symbol, name string) error {
	other := s
	other.name = name
	if taken, ok := d.definition(other); ok {
		line, _ := taken.Lines.Position(taken.Start)
		return fmt.Errorf("%s exists already: %s:%d", other, taken.Path, line+1)
	}
	if s.root != "resource" {
		return nil
	}
	for named, places := range d.places {
		if named.root != "resource" || named.name != name {
			continue
		}
		for _, p := range places {
			if p.label != nil && !p.defines {
				line, _ := p.Lines.Position(p.Start)
				return fmt.Errorf("the step %q at %s:%d would then name %s as well", name, p.Path, line+1, other)
			}
		}
	}
	return nil
}

// nameResource is the edit that lets a step whose label was the name of its
// resource keep that label: it says resource = … from now on.
func (p place) nameResource(reference string) Edit {
	argument := "resource = " + reference
	body := p.Text[p.label.Body.Start:p.label.Body.End]
	indent := p.indent(p.label.Start)
	at := Location{p.Path, Span{p.label.Body.Start, p.label.Body.Start}}
	switch inner := string(bytes.TrimSpace(body)); {
	case bytes.IndexByte(body, '\n') >= 0:
		return Edit{at, "\n" + indent + "  " + argument}
	case inner == "":
		return Edit{Location{p.Path, p.label.Body}, " " + argument + " "}
	default:
		return Edit{Location{p.Path, p.label.Body}, "\n" + indent + "  " + argument + "\n" + indent + "  " + inner + "\n" + indent}
	}
}

func (f *File) indent(offset int) string {
	line := string(f.Text[f.Lines.starts[f.Lines.lineAt(offset)]:offset])
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

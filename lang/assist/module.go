package assist

import (
	"path/filepath"
	"strings"
)

// module is the directory that a module block calls, where that is on this
// machine and named by a plain path.
func (d *Dir) module(b *Block) *Dir {
	source := b.attr("source")
	if source == nil || d.beside == nil {
		return nil
	}
	path := literal(source.Expr)
	if !strings.HasPrefix(path, "./") && !strings.HasPrefix(path, "../") {
		return nil
	}
	return d.beside(filepath.Join(d.Path, path))
}

// called is the directory of the module that is called under a name.
func (d *Dir) called(name string) *Dir {
	at, ok := d.definition(symbol{root: "module", name: name})
	if !ok {
		return nil
	}
	return d.module(at.label)
}

// intoModule is the definition of what a place names inside of a module that is
// called: its files, one of its variables or of its outputs.
func (d *Dir) intoModule(path string, offset int) []Location {
	f := d.files[path]
	if f == nil {
		return nil
	}
	b := f.at(offset)
	if a := b.attrAt(offset); a != nil && a.Name.Text == "source" && b.Type.Text == "module" {
		return d.start(d.module(b))
	}
	at, ok := d.mentionAt(path, offset)
	if !ok || at.kind == "" || at.root != "argument" && at.root != "output" {
		return nil
	}
	p, in := d.inside(at.symbol)
	if !in {
		return nil
	}
	return []Location{p.location()}
}

// inside is where an argument or output of a module that is called is defined.
func (d *Dir) inside(s symbol) (place, bool) {
	m := d.called(s.kind)
	if m == nil {
		return place{}, false
	}
	root := "output"
	if s.root == "argument" {
		root = "var"
	}
	return m.definition(symbol{root: root, name: s.name})
}

// start is the beginning of a module's first file.
func (d *Dir) start(m *Dir) []Location {
	if m == nil || len(m.paths) == 0 {
		return nil
	}
	return []Location{{Path: m.paths[0]}}
}

// moduleArguments proposes the variables of the module that a block calls.
func (p *proposals) moduleArguments() {
	if p.in.Type.Text != "module" || p.in.Parent == nil {
		return
	}
	m := p.dir.module(p.in)
	if whole := p.file.at(p.offset); m == nil && whole.Type.Text == "module" {
		m = p.dir.module(whole)
	}
	if m == nil {
		return
	}
	for _, name := range m.names("var", nil) {
		if s := (symbol{root: "var", name: name}); p.in.attr(name) == nil && !p.file.at(p.offset).attrElsewhere(name, p.offset) {
			p.add(Item{Label: name, Kind: ItemArgument, Detail: m.detail(s), About: m.about(s), Text: name + " = "})
		}
	}
}

// outputs proposes the outputs of a module that is called.
func (p *proposals) outputs(name string) {
	m := p.dir.called(name)
	if m == nil {
		return
	}
	for _, out := range m.names("output", nil) {
		p.add(Item{Label: out, Kind: ItemReference, About: m.about(symbol{root: "output", name: out})})
	}
}

package assist

import (
	"slices"
	"strings"
)

// Dir is the files of one directory, which are one pipeline or module. It never
// changes and may be used by many at once.
type Dir struct {
	Path  string
	files map[string]*File
	paths []string // sorted

	places map[symbol][]place
	byName map[string][]symbol // resources
	beside func(path string) *Dir
}

type place struct {
	*File
	mention
}

func (p place) location() Location { return Location{p.Path, p.Span} }

// NewDir puts files together. beside finds another directory, for the modules
// that are called; it may be nil, and give nil.
func NewDir(path string, files []*File, beside func(path string) *Dir) *Dir {
	d := &Dir{Path: path, files: map[string]*File{}, places: map[symbol][]place{}, byName: map[string][]symbol{}, beside: beside}
	for _, f := range files {
		d.files[f.Path] = f
		d.paths = append(d.paths, f.Path)
	}
	slices.Sort(d.paths)
	d.eachMention(func(p place) {
		if s := p.symbol; p.defines && s.root == "resource" && !slices.Contains(d.byName[s.name], s) {
			d.byName[s.name] = append(d.byName[s.name], s)
		}
	})
	d.eachMention(func(p place) {
		s := d.full(p.symbol)
		d.places[s] = append(d.places[s], p)
	})
	for _, all := range d.places {
		slices.SortStableFunc(all, func(a, b place) int {
			if c := strings.Compare(a.Path, b.Path); c != 0 {
				return c
			}
			return a.Start - b.Start
		})
	}
	return d
}

func (d *Dir) eachMention(do func(place)) {
	for _, path := range d.paths {
		for _, m := range d.files[path].symbols {
			do(place{d.files[path], m})
		}
	}
}

// full is the symbol with the type of its resource, where a step names it by
// its label alone and there is one resource of this name.
func (d *Dir) full(s symbol) symbol {
	if s.root == "resource" && s.kind == "" && len(d.byName[s.name]) == 1 {
		return d.byName[s.name][0]
	}
	return s
}

// File is the file of a path, or nil.
func (d *Dir) File(path string) *File { return d.files[path] }

// mentionAt is what a place names. Where a label is both the name of a step and
// of its resource, it is the resource.
func (d *Dir) mentionAt(path string, offset int) (place, bool) {
	f := d.files[path]
	if f == nil {
		return place{}, false
	}
	var found place
	ok := false
	for _, m := range f.symbols {
		if m.Holds(offset) && (!ok || found.defines && !m.defines) {
			found, ok = place{f, m}, true
		}
	}
	if ok {
		found.symbol = d.full(found.symbol)
	}
	return found, ok
}

// Definition is where what stands at a place is defined.
func (d *Dir) Definition(path string, offset int) []Location {
	if in := d.intoModule(path, offset); in != nil {
		return in
	}
	at, ok := d.mentionAt(path, offset)
	if !ok {
		return nil
	}
	return locations(d.places[at.symbol], true, false)
}

// References are the places that name what stands at a place; with the
// definition itself if that is asked for.
func (d *Dir) References(path string, offset int, definition bool) []Location {
	at, ok := d.mentionAt(path, offset)
	if !ok {
		return nil
	}
	return locations(d.places[at.symbol], definition, true)
}

func locations(all []place, definitions, uses bool) []Location {
	var out []Location
	for _, p := range all {
		if p.defines && definitions || !p.defines && uses {
			if l := p.location(); !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}

// definedBy says whether a place defines its symbol, as the label of one of
// these types of blocks if there are any.
func (p place) definedBy(kinds []string) bool {
	return p.defines && (len(kinds) == 0 || p.label != nil && slices.Contains(kinds, p.label.Type.Text))
}

// definition is the first place that defines a symbol.
func (d *Dir) definition(s symbol) (place, bool) {
	for _, p := range d.places[s] {
		if p.defines {
			return p, true
		}
	}
	return place{}, false
}

// names are the defined names of a root, sorted; of resources as TYPE.NAME. With
// kinds, they are those that blocks of these types define.
func (d *Dir) names(root string, job *Block, kinds ...string) []string {
	var out []string
	for s, places := range d.places {
		if s.root != root || s.job != job || !slices.ContainsFunc(places, func(p place) bool { return p.definedBy(kinds) }) {
			continue
		}
		if s.kind != "" {
			out = append(out, s.kind+"."+s.name)
		} else {
			out = append(out, s.name)
		}
	}
	slices.Sort(out)
	return out
}

// Has says whether the directory is made of exactly these files.
func (d *Dir) Has(files []*File) bool {
	if len(files) != len(d.files) {
		return false
	}
	for _, f := range files {
		if d.files[f.Path] != f {
			return false
		}
	}
	return true
}

// First is the path of the first file, or nothing.
func (d *Dir) First() string {
	if len(d.paths) == 0 {
		return ""
	}
	return d.paths[0]
}

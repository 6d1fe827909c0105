package diag

import "slices"

// Rename gives the list with other names for its files, such as ones relative
// to where somebody stands.
func (l List) Rename(name func(string) string) List {
	to := func(r Range) Range {
		if r.File != "" {
			r.File = name(r.File)
		}
		return r
	}
	out := slices.Clone(l)
	for i, d := range out {
		out[i].Range = to(d.Range)
		out[i].Within = slices.Clone(d.Within)
		for n, c := range d.Within {
			out[i].Within[n].Range = to(c.Range)
		}
		out[i].Related = slices.Clone(d.Related)
		for n, r := range d.Related {
			out[i].Related[n].Range = to(r.Range)
		}
		if d.Fix != nil {
			out[i].Fix = &Fix{Help: d.Fix.Help, Range: to(d.Fix.Range), Text: d.Fix.Text}
		}
	}
	return out
}

// Rename gives the same texts under other names.
func (s *Sources) Rename(name func(string) string) *Sources {
	out := &Sources{}
	if s != nil {
		for file, text := range s.texts {
			out.Add(name(file), text)
		}
	}
	return out
}

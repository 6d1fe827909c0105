package place

import (
	"cmp"
	"slices"
)

// keep has what frees up on one of some workers kept for a run that lacks room, so
// that smaller ones that come after it do not take it for ever: on the worker that
// was kept for it before, or else on that with the most of it free. A worker is
// kept for one run at a time; who asks for nothing goes past.
func (p *placer) keep(r *Run, among []*Worker) {
	among = slices.DeleteFunc(slices.Clone(among), func(w *Worker) bool { return p.kept[w.ID] != "" && p.kept[w.ID] != r.ID })
	if len(among) == 0 {
		return
	}
	w := slices.MaxFunc(among, func(a, b *Worker) int {
		return cmp.Or(mine(p.keeps[r.ID] == a.ID)-mine(p.keeps[r.ID] == b.ID), compare(spare(a), spare(b), r.Asks), -cmp.Compare(a.Name, b.Name))
	})
	p.kept[w.ID] = r.ID
}

func mine(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// spare is what is free, but never 0 where it is counted.
func spare(w *Worker) Size {
	f := free(w)
	if w.Offers.CPU > 0 {
		f.CPU = max(f.CPU, 1)
	}
	if w.Offers.Memory > 0 {
		f.Memory = max(f.Memory, 1)
	}
	return f
}

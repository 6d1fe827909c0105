package place

import (
	"cmp"
	"slices"
)

// placer is a decision under way: what was given out so far counts.
type placer struct {
	State
	homes  map[string]string
	open   map[string]map[string]int // worker → build or job → runs
	builds map[string]int            // worker → builds that have runs there
	caches map[string]map[string]int // worker → job → caches
	keeps  map[string]string         // run → the worker that was kept for it
	kept   map[string]string         // worker → the run that it is kept for from now on
	fits   map[shape]found
	held   int
	lines  map[string]line // by team
	out    []Command
}

func newPlacer(s State) *placer {
	p := &placer{
		State: s, homes: map[string]string{}, open: map[string]map[string]int{}, builds: map[string]int{}, caches: map[string]map[string]int{},
		keeps: map[string]string{}, kept: map[string]string{}, lines: map[string]line{}, fits: map[shape]found{},
	}
	for b, w := range s.Homes {
		p.homes[b] = w
	}
	p.Workers = slices.SortedFunc(slices.Values(s.Workers), func(a, b Worker) int { return cmp.Compare(a.Name, b.Name) })
	for _, o := range s.Open {
		p.opens(o.Worker, o.Build, o.Job, o.Runs)
	}
	for _, c := range s.Caches {
		add(p.caches, c.Worker, c.Job, c.N)
	}
	for w, run := range s.Kept {
		p.keeps[run] = w
	}
	return p
}

// line is how many runs of a team are held, and how many of these are of a higher
// priority than the last.
type line struct {
	held, higher int
	priority     int64
}

func (l line) with(r *Run) line {
	if r.Priority < l.priority {
		l.higher = l.held
	}
	return line{l.held + 1, l.higher, r.Priority}
}

// give counts a run as its worker's.
func (p *placer) give(r *Run, w *Worker) {
	w.InFlight++
	w.Reserved.CPU, w.Reserved.Memory = w.Reserved.CPU+r.Asks.CPU, w.Reserved.Memory+r.Asks.Memory
	if r.Kind == "task" {
		w.Busy.Tasks++
	}
	if r.Build == "" {
		return
	}
	w.Busy.Builds++
	p.opens(w.ID, r.Build, r.Job, 1)
	if _, settled := p.homes[r.Build]; !settled && !r.Loose {
		p.homes[r.Build] = w.ID
	}
}

func (p *placer) opens(worker, build, job string, n int) {
	if p.open[worker][build] == 0 {
		p.builds[worker]++
	}
	add(p.open, worker, build, n)
	if job != "" {
		add(p.open, worker, job, n)
	}
}

func add(m map[string]map[string]int, a, b string, n int) {
	if m[a] == nil {
		m[a] = map[string]int{}
	}
	m[a][b] += n
}

func (p *placer) worker(id string) (*Worker, bool) {
	i := slices.IndexFunc(p.Workers, func(w Worker) bool { return w.ID == id })
	if i < 0 {
		return nil, false
	}
	return &p.Workers[i], true
}

package place

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/weirci/weir/state"
)

// Run is a run without a worker.
type Run struct {
	ID            string
	Team          string // "": a check
	Build, Job    string // "": a check
	Kind          string // task, get, put, check
	Tags          []string
	Platform      string // linux, linux/arm64; "": any
	Asks          Size   // is kept for it while it runs
	Needs         string // worker that has its artifacts; "": any
	Loose         bool   // it takes no artifact and leaves none: it need not be where its build is
	Interruptible bool   // who lands or retires does not wait for it
	Created       time.Time
	KillRequested bool
	Priority      int64 // a higher one comes first, among those of the team
}

// Worker is one that is registered.
type Worker struct {
	ID, Name  string
	Team      string // "": for all teams
	Status    state.WorkerStatus
	Tags      []string
	Platform  string // linux/amd64
	Capacity  int
	InFlight  int
	Offers    Size // all that it has; 0: it does not say, and any number fits
	Reserved  Size // of that, by what it runs
	Busy      Busy
	MaxTasks  int    // at once; 0: no limit but the capacity
	MaxBuilds int    // likewise
	Refuses   string // why it takes no new runs, in its own words; "": it does
}

// Busy is what a worker has of what strategies count.
type Busy struct {
	Tasks   int // tasks that run
	Builds  int // runs of builds: all but checks
	Volumes int // known only where a strategy counts them
}

// State is everything there is to decide on.
type State struct {
	Runs    []Run
	Workers []Worker
	Homes   map[string]string // the worker of each build that has one
	Open    []Open            // what runs; known only where a strategy or a worker asks for it
	Caches  []Caches          // likewise
	Turn    string            // the team that was served last
	Kept    map[string]string // worker → the run that its room is kept for
	Chains  Chains            // zero: DefaultChain
}

// Open is how many runs of a build a worker has.
type Open struct {
	Worker, Build, Job string
	Runs               int
}

// Caches is how many caches of a job's tasks a worker has.
type Caches struct {
	Worker, Job string
	N           int
}

// Command is one thing to be done: Assign, Cancel, Hold or Keep.
type Command interface{ command() }

// Assign gives a run to a worker.
type Assign struct{ Run, Worker string }

// Cancel ends a run that was to be killed before it had a worker.
type Cancel struct{ Run string }

// Hold says why a run waits.
type Hold struct{ Run, Reason, Message string }

// Keep says that what frees up on a worker is for a run that waits, and not for
// smaller ones that come after it: of the next State it is in Kept.
type Keep struct{ Worker, Run string }

func (Assign) command() {}
func (Cancel) command() {}
func (Hold) command()   {}
func (Keep) command()   {}

// Decide gives each run exactly one Assign, Cancel or Hold. Keeps come last.
func Decide(s State) []Command {
	p := newPlacer(s)
	for _, r := range p.order() {
		p.run(&r)
	}
	for _, w := range slices.Sorted(maps.Keys(p.kept)) {
		p.out = append(p.out, Keep{w, p.kept[w]})
	}
	return p.out
}

// Served is the team that was served last once commands are done: of the next State
// its Turn. Checks, which are of no team, take their turn as one.
func Served(s State, commands []Command) string {
	teams := make(map[string]string, len(s.Runs))
	for _, r := range s.Runs {
		teams[r.ID] = r.Team
	}
	turn := s.Turn
	for _, c := range commands {
		if a, ok := c.(Assign); ok {
			turn = teams[a.Run]
		}
	}
	return turn
}

func (p *placer) run(r *Run) {
	if r.KillRequested {
		p.out = append(p.out, Cancel{r.ID})
		return
	}
	i, why := p.choose(r)
	if i < 0 {
		p.held++
		p.lines[r.Team] = p.lines[r.Team].with(r)
		p.out = append(p.out, Hold{r.ID, why.reason, why.message})
		return
	}
	p.give(r, &p.Workers[i])
	p.out = append(p.out, Assign{r.ID, p.Workers[i].ID})
}

// order is that in which runs are served: first those that room is kept for, unless
// their team has something of a higher priority that wants room; then in turns between
// teams, beginning after the one that was served last, whatever priorities theirs have;
// each team's by priority, and the oldest first.
func (p *placer) order() []Run {
	highest := map[string]int64{}
	for _, r := range p.Runs {
		if h, known := highest[r.Team]; r.Asks != (Size{}) && (!known || r.Priority > h) {
			highest[r.Team] = r.Priority
		}
	}
	first := func(r Run) bool { return p.keeps[r.ID] != "" && r.Priority >= highest[r.Team] }
	var kept, rest []Run
	for _, r := range p.Runs {
		if first(r) {
			kept = append(kept, r)
		} else {
			rest = append(rest, r)
		}
	}
	slices.SortFunc(kept, func(a, b Run) int { return cmp.Compare(p.keeps[a.ID], p.keeps[b.ID]) })
	return append(kept, fair(rest, p.Turn)...)
}

func fair(runs []Run, after string) []Run {
	teams, names := byTeam(runs)
	if i := slices.IndexFunc(names, func(n string) bool { return n > after }); i > 0 {
		names = append(names[i:], names[:i]...)
	}
	out := make([]Run, 0, len(runs))
	for len(out) < len(runs) {
		for _, n := range names {
			if len(teams[n]) > 0 {
				out, teams[n] = append(out, teams[n][0]), teams[n][1:]
			}
		}
	}
	return out
}

func byTeam(runs []Run) (map[string][]Run, []string) {
	teams, names := map[string][]Run{}, []string{}
	for _, r := range runs {
		if _, seen := teams[r.Team]; !seen {
			names = append(names, r.Team)
		}
		teams[r.Team] = append(teams[r.Team], r)
	}
	for _, rs := range teams {
		slices.SortFunc(rs, before)
	}
	slices.Sort(names)
	return teams, names
}

// before is the order of a team's runs: by priority, and the oldest first.
func before(a, b Run) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
}

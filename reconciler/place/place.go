package place

import (
	"cmp"
	"slices"
	"time"

	"github.com/weirci/weir/state"
)

// Run is a run without a worker.
type Run struct {
	ID            string
	Team          string // "": a check
	Build         string // "": a check
	Tags          []string
	Needs         string // worker that has its artifacts; "": any
	Created       time.Time
	KillRequested bool
	Priority      int64 // a higher one comes first, among those of the team
}

// Worker is one that is registered.
type Worker struct {
	ID, Name string
	Team     string // "": for all teams
	Status   state.WorkerStatus
	Tags     []string
	Capacity int
	InFlight int
	Refuses  string // why it takes no new runs, in its own words; "": it does
}

// State is everything there is to decide on.
type State struct {
	Runs    []Run
	Workers []Worker
	Homes   map[string]string // the worker of each build that has one
	Turn    string            // the team that was served last
}

// Command is one thing to be done: Assign, Cancel or Hold.
type Command interface{ command() }

// Assign gives a run to a worker.
type Assign struct{ Run, Worker string }

// Cancel ends a run that was to be killed before it had a worker.
type Cancel struct{ Run string }

// Hold says why a run waits.
type Hold struct{ Run, Reason, Message string }

func (Assign) command() {}
func (Cancel) command() {}
func (Hold) command()   {}

// Decide gives each run exactly one command.
func Decide(s State) []Command {
	p := &placer{State: s, homes: map[string]string{}, lines: map[string]line{}}
	for b, w := range s.Homes {
		p.homes[b] = w
	}
	p.Workers = slices.SortedFunc(slices.Values(s.Workers), func(a, b Worker) int { return cmp.Compare(a.Name, b.Name) })
	for _, r := range fair(s.Runs, s.Turn) {
		p.run(r)
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

type placer struct {
	State
	homes map[string]string
	held  int
	lines map[string]line // by team
	out   []Command
}

// line is how many runs of a team are held, and how many of these are of a higher
// priority than the last.
type line struct {
	held, higher int
	priority     int64
}

func (l line) with(r Run) line {
	if r.Priority < l.priority {
		l.higher = l.held
	}
	return line{l.held + 1, l.higher, r.Priority}
}

func (p *placer) run(r Run) {
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
	p.Workers[i].InFlight++
	if _, settled := p.homes[r.Build]; r.Build != "" && !settled {
		p.homes[r.Build] = p.Workers[i].ID
	}
	p.out = append(p.out, Assign{r.ID, p.Workers[i].ID})
}

// fair is the order in which runs are served: in turns between teams, beginning
// after the one that was served last, whatever priorities theirs have; each team's by
// priority, and the oldest first.
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
		slices.SortFunc(rs, func(a, b Run) int {
			return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
		})
	}
	slices.Sort(names)
	return teams, names
}

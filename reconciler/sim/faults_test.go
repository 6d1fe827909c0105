package sim

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// mostToFind is how many steps a fault may go unnoticed.
const mostToFind = 100_000

// A simulator that can not fail is worth nothing: each of these faults it has to find.
func TestSimFindsFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault fault
		finds string // part of what is said; "": it may break anything
	}{
		{"max_in_flight is ignored", fault{job: func(j *graph.Job) { j.MaxInFlight = 0 }}, "builds run, at most"},
		{"serial groups are ignored", fault{job: func(j *graph.Job) { j.SerialGroups = nil }}, "serial group g"},
		{"the limit of a key is ignored", fault{job: func(j *graph.Job) { j.Concurrency.Limit = 100 }}, "concurrency key site"},
		{"the key is forgotten", fault{job: func(j *graph.Job) { j.Concurrency = graph.Concurrency{} }}, "concurrency key site"},
		{"passed is ignored", fault{job: changeGets(func(g *graph.Get) { g.Passed = nil })}, "never passed"},
		{"passed need not be together", fault{past: together}, "never passed"},
		{"every version is only the newest", fault{job: changeGets(func(g *graph.Get) { g.Every = false })}, "never had a build"},
		{"a disabled version is used", fault{asked: forgetDisabled}, "which is disabled"},
		{"a pin is ignored", fault{asked: forgetPins}, "pinned to"},
		{"a version triggers again", fault{inputs: forgetUsed}, "a second time"},
		{"a pause is ignored", fault{jobs: func(s *state.JobSnapshot) { s.Job.Paused, s.Job.PipelinePaused = false, false }}, "is paused"},
		{"a rerun chooses again", fault{jobs: chooseAgain}, "has other inputs"},
		{"a tick is seen twice", fault{toJob: func(_ *DB, ch *state.JobChange) { ch.Seen = ch.Job.LastTick }}, "second build for the tick"},
		{"a tick is dropped", fault{toJob: func(_ *DB, ch *state.JobChange) { ch.Ticks = nil }}, "ticks had a build"},
		{"an abort is forgotten", fault{builds: func(s *state.BuildSnapshot) { s.Build.AbortRequestedBy = "" }}, "was aborted"},
		{"a kill is dropped", fault{toBuild: func(_ *DB, ch *state.BuildChange) { ch.Kills = nil }}, "not told to end"},
		{"an end by force leaves runs", fault{toBuild: func(_ *DB, ch *state.BuildChange) { ch.Abandon = nil }}, "run of"},
		{"hooks are skipped", fault{job: func(j *graph.Job) { j.Hooks = graph.Hooks{} }}, "hook ensure.0 did not run"},
		{"hooks of steps are skipped", fault{job: changeSteps(func(s *graph.Step) { s.Hooks = graph.Hooks{} })}, "its hook did not run"},
		{"retry is ignored", fault{job: changeSteps(func(s *graph.Step) { s.Retry = graph.Retry{} })}, "attempts of 2"},
		{"the limit of parallel is ignored", fault{job: changeSteps(noLimit)}, "of step 1 run, at most 2"},
		{"the limit of across is ignored", fault{job: changeSteps(allAtOnce)}, "of step 1 run, at most 2"},
		{"nobody has to approve", fault{builds: approveAll}, "approved by nobody"},
		{"a resume puts again", fault{builds: forgetPuts}, "put again what"},
		{"a build ends before its steps", fault{toBuild: endEarly}, "has ended, and"},
		{"a placed run is placed again", fault{places: alsoAssigned, toPlace: anyStatus}, "given to workers 2 times"},
		{"capacity is ignored", fault{places: roomForAll}, "capacity"},
		{"tags are ignored", fault{places: changePlaces(func(r *state.UnplacedRun) { r.Tags = nil }, nil)}, "does not have its tags"},
		{"a tagged worker takes all", fault{places: changePlaces(nil, func(w *state.WorkerRow) { w.Tags = nil })}, "is only for runs with its tags"},
		{"another team's worker is taken", fault{places: changePlaces(nil, func(w *state.WorkerRow) { w.TeamID = "" })}, "is another team's"},
		{"a worker's refusal is ignored", fault{places: changePlaces(nil, func(w *state.WorkerRow) { w.Refuses = "" })}, "refuses new runs"},
		{"an archived pipeline starts", fault{jobs: func(s *state.JobSnapshot) { s.Job.PipelineArchived = false }}, "starts, and its pipeline is archived"},
		{"an archived pipeline is checked", fault{scopes: func(s *state.ScopeSnapshot) { s.Archived = false }}, "is checked, and its pipeline is archived"},
		{"the runs of a dead worker are not lost", fault{lose: true}, "is gone for long"},
		{"a stale holder may commit", fault{claim: stale}, ""},
		{"nobody is told what was found", fault{toBuild: func(_ *DB, ch *state.BuildChange) { ch.Enqueue = nil }}, "nobody looked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			steps, err := findFault(c.fault, accepts)
			if err == nil || !strings.Contains(err.Error(), c.finds) {
				t.Fatalf("after %d steps: %v\nwant %q", steps, err, c.finds)
			}
			t.Logf("%-45s found after %6d steps: %v", c.name, steps, err)
		})
	}
}

// What a worker says too late must not count: not of a run that ended, nor of one that
// another has.
func TestSimFindsLateReports(t *testing.T) {
	steps, err := findFault(fault{}, func(message) bool { return true })
	if err == nil || !strings.Contains(err.Error(), "was lost, and is exited") && !strings.Contains(err.Error(), "was exited") {
		t.Fatalf("after %d steps: %v", steps, err)
	}
	t.Logf("found after %d steps: %v", steps, err)
}

// findFault plays histories until one shows the fault.
func findFault(f fault, accepts func(message) bool) (steps int, err error) {
	for seed := uint64(0); err == nil && steps < mostToFind; seed++ {
		var h *History
		h, err = playWith(seed, f.through, accepts)
		steps += h.Steps
	}
	return steps, err
}

func changeSteps(change func(*graph.Step)) func(*graph.Job) {
	return func(j *graph.Job) {
		steps := make([]graph.Step, len(j.Steps))
		for i, s := range j.Steps {
			change(&s)
			steps[i] = s
		}
		j.Steps = steps
	}
}

func changeGets(change func(*graph.Get)) func(*graph.Job) {
	return changeSteps(func(s *graph.Step) {
		if g, ok := s.Body.(graph.Get); ok {
			change(&g)
			s.Body = g
		}
	})
}

func noLimit(s *graph.Step) {
	if p, ok := s.Body.(graph.Parallel); ok {
		p.Limit = 0
		s.Body = p
	}
}

func allAtOnce(s *graph.Step) {
	if len(s.Across) > 0 {
		a := s.Across[0]
		a.MaxInFlight = graph.AllAtOnce
		s.Across = []graph.Across{a}
	}
}

// forgetDisabled asks about resources of which nothing is disabled.
func forgetDisabled(db *DB, q *state.InputQuery) {
	q.Inputs = slices.Clone(q.Inputs)
	for i, in := range q.Inputs {
		if len(in.Passed) == 0 {
			q.Inputs[i].Pin, q.Inputs[i].ResourceID = db.rules.pins[in.ResourceID], ""
		}
	}
}

func forgetPins(_ *DB, q *state.InputQuery) {
	q.Inputs = slices.Clone(q.Inputs)
	for i := range q.Inputs {
		q.Inputs[i].Pinned = true
	}
}

func forgetUsed(facts []state.InputFact) {
	for i := range facts {
		facts[i].Used = nil
	}
}

func together(facts *state.PastFacts) {
	for i := range facts.Had {
		facts.Had[i] = state.HadBuilds{More: true}
	}
	for i := range facts.Together {
		facts.Together[i] = true
	}
}

func chooseAgain(s *state.JobSnapshot) {
	for i := range s.Open {
		s.Open[i].Fixed, s.Open[i].Cause = nil, "manual"
	}
}

func approveAll(s *state.BuildSnapshot) {
	s.Answers = map[string]state.ApprovalAnswer{}
	for path := range s.Steps {
		s.Answers[path] = state.ApprovalAnswer{Approved: true}
	}
}

func forgetPuts(s *state.BuildSnapshot) {
	if s.Before != nil {
		s.Before.Answers = nil
	}
}

func endEarly(_ *DB, ch *state.BuildChange) {
	if ch.Status == "" && len(ch.Runs) > 0 {
		ch.Status = state.BuildSucceeded
	}
}

func alsoAssigned(db *DB, snap *state.PlaceSnapshot) {
	for _, r := range db.runs {
		if r.row.Status == state.RunAssigned {
			u := state.UnplacedRun{ID: r.row.ID, ScopeID: r.scope, Created: r.row.Created}
			if r.build != nil {
				u.TeamID, u.BuildID = "main", r.build.row.ID
			}
			snap.Runs = append(snap.Runs, u)
		}
	}
}

func anyStatus(db *DB, ch *state.PlaceChange) {
	for _, a := range ch.Assign {
		if r := db.run(a.Run); r.row.Status == state.RunAssigned {
			r.row.Status = state.RunUnplaced
		}
	}
}

// changePlaces lies about each run that waits, and about each worker.
func changePlaces(run func(*state.UnplacedRun), worker func(*state.WorkerRow)) func(*DB, *state.PlaceSnapshot) {
	return func(_ *DB, snap *state.PlaceSnapshot) {
		for i := range snap.Runs {
			if run != nil {
				run(&snap.Runs[i])
			}
		}
		for i := range snap.Workers {
			if worker != nil {
				worker(&snap.Workers[i])
			}
		}
	}
}

func roomForAll(_ *DB, snap *state.PlaceSnapshot) {
	for i := range snap.Workers {
		snap.Workers[i].Capacity = 100
	}
}

// stale lets a holder commit whose lease ended and whose key another has taken.
func stale(db *DB, c *state.Claim) {
	if db.queue[c.Key] == nil {
		db.queue[c.Key] = &entry{due: db.Now, epoch: c.Epoch}
	}
	e := db.queue[c.Key]
	e.holder, c.Epoch = cmp.Or(e.holder, "stale"), e.epoch
}

package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

// groups is a model of jobs with serial groups and their builds.
type groups struct {
	jobs   []graph.Job
	paused []bool
	builds []*queued // in the order in which they were asked for
	clock  int64
}

type queued struct {
	job    int
	p      Pending
	status string // pending, running, ended
	held   string // why it waited when its job was looked at last
}

func (g *groups) share(a, b int) bool {
	return slices.ContainsFunc(g.jobs[a].SerialGroups, func(s string) bool { return slices.Contains(g.jobs[b].SerialGroups, s) })
}

func (g *groups) ask(job int) {
	g.clock++
	id := fmt.Sprint("b", g.clock)
	g.builds = append(g.builds, &queued{job: job, status: "pending", p: Pending{ID: id, Number: g.clock, Asked: Asked{At: time.Unix(g.clock, 0), Build: id}}})
}

// state is a job as it would be loaded.
func (g *groups) state(job int) State {
	s := State{Job: Job{Spec: g.jobs[job], Paused: g.paused[job]}, Groups: map[string][]Busy{}, Now: time.Unix(g.clock, 0)}
	first := map[int]bool{}
	for _, b := range g.builds {
		waits := b.status == "pending" && slices.Contains([]string{"", "SerialGroup", "MaxInFlight"}, b.held) && !first[b.job]
		first[b.job] = first[b.job] || waits
		switch {
		case b.job == job && b.status == "pending":
			s.Pending = append(s.Pending, b.p)
		case b.job == job && b.status == "running":
			s.Running = append(s.Running, b.p.Number)
		case b.job != job && (b.status == "running" || waits):
			for _, name := range g.jobs[b.job].SerialGroups {
				busy := Busy{Job: graph.JobAddress(fmt.Sprint("j", b.job)), Number: b.p.Number}
				if waits {
					busy.Asked = b.p.Asked
					busy.Asked.Priority = g.jobs[b.job].Priority
				}
				s.Groups[name] = append(s.Groups[name], busy)
			}
		}
	}
	return s
}

// look decides about a job and does what is said.
func (g *groups) look(t *rapid.T, job int) {
	d := Decide(g.state(job))
	for _, c := range d.Commands {
		switch c := c.(type) {
		case StartBuild:
			g.start(t, g.find(c.Build))
		case Hold:
			if c.Build == "" {
				continue
			}
			b := g.find(c.Build)
			if b.held = c.Reason; c.Reason == "SerialGroup" && len(g.running(b.job)) == 0 && d.Wake.IsZero() {
				t.Fatalf("%s lets another go first and is not looked at again: %s", c.Build, c.Message)
			}
		}
	}
}

// running are the builds in the way of a job.
func (g *groups) running(job int) []*queued {
	return slices.DeleteFunc(slices.Clone(g.builds), func(b *queued) bool { return b.status != "running" || !g.share(job, b.job) })
}

func (g *groups) start(t *rapid.T, b *queued) {
	if busy := g.running(b.job); len(busy) > 0 || g.paused[b.job] {
		t.Fatalf("%s starts beside %s", b.p.ID, busy[0].p.ID)
	}
	older := true
	for _, o := range g.builds {
		older = older && o != b
		higher := cmp.Compare(g.jobs[o.job].Priority, g.jobs[b.job].Priority)
		first := higher > 0 || higher == 0 && older
		if first && o.status == "pending" && g.share(o.job, b.job) && o.held != "Paused" {
			t.Fatalf("%s of j%d starts before %s of j%d, which was asked for first or has a higher priority", b.p.ID, b.job, o.p.ID, o.job)
		}
	}
	b.status = "running"
}

func (g *groups) find(id string) *queued {
	return g.builds[slices.IndexFunc(g.builds, func(b *queued) bool { return b.p.ID == id })]
}

func (g *groups) endAll() {
	for _, b := range g.builds {
		if b.status == "running" {
			b.status = "ended"
		}
	}
}

// Of the builds of jobs that share a serial group one runs at a time, and always that
// which was asked for first of those of the highest priority that may, whatever jobs are looked at in what
// order; builds of a paused job hold nobody up; and all that may get their turn.
func TestSerialGroupsAreFirstComeFirstServed(t *testing.T) {
	ended := 0
	rapid.Check(t, func(t *rapid.T) {
		g := &groups{}
		for range rapid.IntRange(2, 4).Draw(t, "jobs") {
			names := rapid.SampledFrom([][]string{{"g"}, {"g"}, {"h"}, {"g", "h"}}).Draw(t, "groups")
			g.jobs, g.paused = append(g.jobs, graph.Job{SerialGroups: names, Priority: rapid.Int64Range(0, 2).Draw(t, "priority")}), append(g.paused, rapid.IntRange(0, 5).Draw(t, "paused") == 0)
		}
		some := rapid.IntRange(0, len(g.jobs)-1)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				g.ask(some.Draw(t, "asked"))
			case 1:
				g.endAll()
			default:
				g.look(t, some.Draw(t, "looked"))
			}
		}
		for range 2 * len(g.builds) { // with every job looked at again and again
			for job := range g.jobs {
				g.look(t, job)
			}
			g.endAll()
		}
		for _, b := range g.builds {
			if b.status != "ended" && !g.paused[b.job] {
				t.Fatalf("%s of j%d never had its turn: %s, %s", b.p.ID, b.job, b.status, b.held)
			}
			ended++
		}
	})
	if ended == 0 {
		t.Error("there was no build")
	}
}

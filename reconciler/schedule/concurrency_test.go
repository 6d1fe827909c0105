package schedule

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

func rival(build, what string) Rival {
	r := Rival{Build: build, Job: "other/x", Number: 7}
	switch what {
	case "running":
		r.Running = true
	case "ending":
		r.Running, r.Ending = true, true
	case "ready":
		r.Ready = true
	}
	return r
}

func urgent(build, what string) Rival {
	r := rival(build, what)
	r.Priority = 9
	return r
}

// What becomes of a pending build "me" of a job with a concurrency key.
func TestConcurrency(t *testing.T) {
	const full = "build #7 of other/x runs, and no more than 1 of concurrency key k may run at once"
	start, replaced := StartBuild{"me", []Chosen{}}, "build #1 of demo/ship took its place (concurrency key k)"
	me := rival("me", "ready")
	for _, c := range []struct {
		name, onNew string
		limit       int64
		rivals      []Rival
		want        []Command
	}{
		{"nobody else", "", 0, []Rival{me}, []Command{start}},
		{"one runs", "", 0, []Rival{rival("a", "running"), me}, []Command{Hold{"me", "Concurrency", full}}},
		{"one runs of two", "", 2, []Rival{rival("a", "running"), me}, []Command{start}},
		{"another was there before", "", 0, []Rival{rival("a", "ready"), me}, []Command{Hold{"me", "Concurrency", "build #7 of other/x of concurrency key k was asked for first"}}},
		{"there is room for both", "", 2, []Rival{rival("a", "ready"), me}, []Command{start}},
		{"another came after it", "", 0, []Rival{me, rival("a", "ready")}, []Command{start}},
		{"another came after it, with a higher priority", "", 0, []Rival{me, urgent("a", "ready")}, []Command{Hold{"me", "Concurrency", "build #7 of other/x of concurrency key k goes first: its priority is 9, and that of this job 0"}}},
		{"one with a higher priority waits for something else", "", 0, []Rival{me, urgent("a", "held")}, []Command{start}},
		{"another waits for something else", "", 0, []Rival{rival("a", "held"), me}, []Command{start}},
		{"replaces what waits", "replace_pending", 0, []Rival{rival("r", "running"), rival("a", "ready"), rival("b", "held"), me},
			[]Command{AbortBuild{"a", replaced}, AbortBuild{"b", replaced}, Hold{"me", "Concurrency", full}}},
		{"but not what came later", "replace_pending", 0, []Rival{rival("r", "running"), me, rival("a", "ready")}, []Command{Hold{"me", "Concurrency", full}}},
		{"nor what has a higher priority", "replace_pending", 0, []Rival{rival("r", "running"), urgent("a", "ready"), me}, []Command{Hold{"me", "Concurrency", full}}},
		{"nor where there is room", "replace_pending", 3, []Rival{rival("r", "running"), rival("a", "ready"), me}, []Command{start}},
		{"cancels what runs", "cancel_running", 0, []Rival{rival("r", "running"), me}, []Command{AbortBuild{"r", replaced}, Hold{"me", "Concurrency", full}}},
		{"once", "cancel_running", 0, []Rival{rival("r", "ending"), me}, []Command{Hold{"me", "Concurrency", full}}},
		{"as many as are too many", "cancel_running", 2, []Rival{rival("r", "running"), rival("s", "running"), me},
			[]Command{AbortBuild{"r", replaced}, Hold{"me", "Concurrency", "build #7 of other/x and 1 more run, and no more than 2 of concurrency key k may run at once"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := graph.Job{Concurrency: graph.Concurrency{Key: "k", Limit: c.limit, OnNew: c.onNew}}
			s := State{Job: Job{Name: "demo/ship", Spec: spec}, Pending: []Pending{{ID: "me", Number: 1}}, Rivals: c.rivals}
			got := slices.DeleteFunc(Decide(s).Commands, func(x Command) bool { h, ok := x.(Hold); return ok && h.Build == "" })
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
		})
	}
}

// A version that has to wait for the key gets a build that waits, once, with the
// versions that it is for.
func TestATriggerQueuesUp(t *testing.T) {
	s := State{Job: Job{Name: "demo/ship", Spec: graph.Job{Concurrency: graph.Concurrency{Key: "k"}}}, Inputs: []Input{in("app", v(1, 2))}, Rivals: []Rival{rival("a", "running")}}
	d := Decide(s)
	if q, ok := d.Commands[0].(QueueBuild); !ok || q.Inputs[0].VersionID != 2 || !d.Again {
		t.Fatalf("%v", d)
	}
	s.Pending = []Pending{{ID: "me", Number: 1, Auto: true, Fixed: []Chosen{first("app", 2)}}}
	s.Rivals = append(s.Rivals, rival("me", "ready"))
	s.Inputs = []Input{in("app", v(1, 2, 3), had(2))}
	for _, c := range Decide(s).Commands {
		if _, ok := c.(QueueBuild); ok {
			t.Error("a second one queues up")
		}
	}
	s.Rivals = s.Rivals[1:]
	if c, ok := Decide(s).Commands[0].(StartBuild); !ok || c.Inputs[0].VersionID != 3 {
		t.Errorf("%v: it starts with what is newest by then", c)
	}
	s.Inputs = []Input{in("app", v(1, 2, 3), every, had(2), after(1))}
	if c, ok := Decide(s).Commands[0].(StartBuild); !ok || c.Inputs[0].VersionID != 2 {
		t.Errorf("%v: none is left out", c)
	}
}

// Whoever decides, in whatever order: never more than the limit, and while anything
// ready waits and there is room, somebody starts.
func TestConcurrencyIsSafeAndLive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(1, 3).Draw(t, "limit")
		var all []Rival
		for i := range rapid.IntRange(1, 8).Draw(t, "builds") {
			r := rival(fmt.Sprint(i), rapid.SampledFrom([]string{"ready", "held"}).Draw(t, "is"))
			r.Priority = rapid.Int64Range(0, 2).Draw(t, "priority")
			r.Running = !r.Ready && int64(countRunning(all)) < limit && rapid.Bool().Draw(t, "runs")
			all = append(all, r)
		}
		started, room := false, int64(countRunning(all)) < limit
		waiting := ready(all)
		for _, i := range rapid.Permutation(indices(waiting)).Draw(t, "order") {
			spec := graph.Job{Priority: waiting[i].Priority, Concurrency: graph.Concurrency{Key: "k", Limit: limit}}
			free := limit - int64(countRunning(all))
			d := Decide(State{Job: Job{Spec: spec}, Pending: []Pending{{ID: waiting[i].Build}}, Rivals: all})
			for _, c := range d.Commands {
				if s, ok := c.(StartBuild); ok {
					started = true
					if n := aheadOf(waiting[i], all); n >= free {
						t.Fatalf("%s starts: %d are to go before it, and there is room for %d; %v", s.Build, n, free, all)
					}
					j := slices.IndexFunc(all, func(r Rival) bool { return r.Build == s.Build })
					all[j].Running = true
				}
			}
		}
		if n := countRunning(all); int64(n) > limit || room && len(waiting) > 0 && !started {
			t.Fatalf("%d run, at most %d may; %v", n, limit, all)
		}
	})
}

// aheadOf is how many go before one that is ready: ready ones of a higher priority, or of
// the same and older.
func aheadOf(me Rival, all []Rival) (n int64) {
	older := true
	for _, r := range all {
		older = older && r.Build != me.Build
		if r.Ready && !r.Running && (r.Priority > me.Priority || r.Priority == me.Priority && older) {
			n++
		}
	}
	return n
}

func countRunning(rivals []Rival) (n int) {
	for _, r := range rivals {
		if r.Running {
			n++
		}
	}
	return n
}

func indices(rivals []Rival) []int {
	out := make([]int, len(rivals))
	for i := range out {
		out[i] = i
	}
	return out
}

package place

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/state"
)

// Whatever waits, whatever workers there are and whatever the strategies: each run gets
// one answer; none goes where it may not; no worker gets more than it has, or than it
// takes; and the same again gives the same.
func TestPlacingIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		got := Decide(s)
		if again := Decide(s); !slices.Equal(got, again) {
			t.Fatalf("%v, and once more %v", got, again)
		}
		answers := map[string]int{}
		given := map[string][]Run{}
		for _, c := range got {
			switch c := c.(type) {
			case Assign:
				answers[c.Run]++
				given[c.Worker] = append(given[c.Worker], find(s.Runs, func(r Run) bool { return r.ID == c.Run }))
			case Cancel:
				answers[c.Run]++
			case Hold:
				answers[c.Run]++
				if c.Reason == "" || c.Message == "" {
					t.Fatalf("%v gives no reason", c)
				}
			case Keep:
				if slices.Contains(got, Command(Assign{c.Run, c.Worker})) {
					t.Fatalf("%v, which was assigned", c)
				}
			}
		}
		for id, runs := range given {
			holds(t, s, find(s.Workers, func(w Worker) bool { return w.ID == id }), runs)
		}
		for _, r := range s.Runs {
			if answers[r.ID] != 1 {
				t.Fatalf("run %s got %d answers", r.ID, answers[r.ID])
			}
		}
	})
}

func find[T any](all []T, is func(T) bool) T { return all[slices.IndexFunc(all, is)] }

// holds: a worker may have each of the runs that it was given, and all of them.
func holds(t *rapid.T, s State, w Worker, runs []Run) {
	cpu, memory, tasks, builds := w.Reserved.CPU, w.Reserved.Memory, w.Busy.Tasks, map[string]bool{}
	for _, o := range s.Open {
		if o.Worker == w.ID {
			builds[o.Build] = true
		}
	}
	before := len(builds)
	for _, r := range runs {
		mayHave(t, s, r, w)
		if cpu += r.Asks.CPU; r.Asks.CPU > 0 && w.Offers.CPU > 0 && cpu > w.Offers.CPU {
			t.Fatalf("worker %v got %v: %d cores", w, runs, cpu)
		}
		if memory += r.Asks.Memory; r.Asks.Memory > 0 && w.Offers.Memory > 0 && memory > w.Offers.Memory {
			t.Fatalf("worker %v got %v: %d bytes", w, runs, memory)
		}
		if r.Kind == "task" {
			tasks++
		}
		if r.Build != "" {
			builds[r.Build] = true
		}
	}
	if w.InFlight+len(runs) > w.Capacity || w.MaxTasks > 0 && tasks > max(w.MaxTasks, w.Busy.Tasks) || w.MaxBuilds > 0 && len(builds) > max(w.MaxBuilds, before) {
		t.Fatalf("worker %v got %v: %d tasks, builds %v", w, runs, tasks, builds)
	}
	for _, l := range s.Chains.Builds {
		if l.Name == "limit-active-tasks" && w.MaxTasks == 0 && tasks > max(l.N, w.Busy.Tasks) || l.Name == "limit-active-containers" && w.InFlight+len(runs) > l.N {
			t.Fatalf("worker %v got %v against %s", w, runs, l)
		}
	}
}

func mayHave(t *rapid.T, s State, r Run, w Worker) {
	leaves := w.Status == state.WorkerLanding || w.Status == state.WorkerRetiring
	works := w.Status == state.WorkerRunning || leaves && !r.Interruptible && (r.Needs == w.ID || r.Build != "" && !r.Loose)
	for what, wrong := range map[string]bool{
		"killed": r.KillRequested, "status": !works, "team": w.Team != "" && w.Team != r.Team, "artifacts": r.Needs != "" && r.Needs != w.ID,
		"tags":     (len(r.Tags) == 0) != (len(w.Tags) == 0) || slices.ContainsFunc(r.Tags, func(t string) bool { return !slices.Contains(w.Tags, t) }),
		"platform": r.Platform != "" && r.Platform != "linux" && r.Platform != w.Platform,
	} {
		if wrong {
			t.Fatalf("%s: %v may not have %v", what, w, r)
		}
	}
}

func draw(t *rapid.T) State {
	names, tags := []string{"a", "b", "c"}, [][]string{nil, nil, {"gpu"}, {"gpu", "big"}}
	of := func(what string, all ...string) string { return rapid.SampledFrom(all).Draw(t, what) }
	number := func(what string, all ...int64) int64 { return rapid.SampledFrom(all).Draw(t, what) }
	s := State{Homes: map[string]string{}, Turn: of("turn", "", "x", "y"), Kept: map[string]string{}}
	for _, n := range names[:rapid.IntRange(0, 3).Draw(t, "workers")] {
		s.Workers = append(s.Workers, Worker{ID: n, Name: n, Team: of("team", "", "", "x"), Platform: of("platform", "linux/amd64", "linux/arm64"),
			Status: state.WorkerStatus(of("status", "running", "running", "stalled", "landing", "retiring", "landed")),
			Tags:   rapid.SampledFrom(tags).Draw(t, "tags"), Capacity: rapid.IntRange(0, 3).Draw(t, "cap"), InFlight: rapid.IntRange(0, 4).Draw(t, "in"),
			Offers: Size{number("cpu", 0, 2, 4), number("memory", 0, 3)}, Reserved: Size{number("reserved", 0, 0, 1, 5), 0},
			Busy: Busy{Tasks: rapid.IntRange(0, 2).Draw(t, "tasks")}, MaxTasks: int(number("max tasks", 0, 0, 1, 2)), MaxBuilds: int(number("max builds", 0, 0, 1)),
		})
		if kept := of("kept", "", "0", "1"); kept != "" {
			s.Kept[n] = kept
		}
		if build := of("open", "", "p", "q"); build != "" {
			s.Open = append(s.Open, Open{n, build, "j", 1})
		}
		s.Homes[of("home of", "p", "q", "r")] = n
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "runs") {
		s.Runs = append(s.Runs, Run{ID: fmt.Sprint(i), Team: of("team", "", "x", "y"), Kind: of("kind", "task", "get"), Job: "j", Loose: rapid.Bool().Draw(t, "loose"),
			Build: of("build", "", "p", "q"), Tags: rapid.SampledFrom(tags).Draw(t, "tags"), Platform: of("platform", "", "linux", "linux/arm64"),
			Asks:  Size{number("cpu", 0, 1, 2, 3), number("memory", 0, 0, 2)},
			Needs: of("needs", "", "", "a", "z"), Created: time.Unix(rapid.Int64Range(0, 9).Draw(t, "at"), 0),
			KillRequested: rapid.IntRange(0, 5).Draw(t, "kill") == 0, Interruptible: rapid.Bool().Draw(t, "interruptible")})
	}
	chains := []string{"volume-locality,cache-locality,least-loaded", "spread", "random,limit-active-tasks=1", "fewest-build-containers,limit-active-containers=2"}
	s.Chains.Builds, _ = ParseChain(rapid.SampledFrom(chains).Draw(t, "chain"))
	return s
}

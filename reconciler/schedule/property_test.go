package schedule

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

// Small random fan-ins, against a search through everything.

func drawFanIn(t *rapid.T) ([]Input, map[string][]Passage) {
	jobs, resources := []graph.Address{"X", "Y", "Z"}, []string{"a", "b"}
	id := rapid.Int64Range(1, 4)
	passages := map[string][]Passage{}
	for _, j := range jobs {
		for n := range rapid.IntRange(0, 4).Draw(t, "builds") {
			p := Passage{Build: fmt.Sprint(j, n), Versions: had_{}}
			for _, r := range resources {
				p.Versions[r] = v(rapid.SliceOfNDistinct(id, 0, 2, rapid.ID[int64]).Draw(t, "had")...)
			}
			passages[string(j)] = append(passages[string(j)], p)
		}
	}
	var inputs []Input
	for n := range rapid.IntRange(1, 4).Draw(t, "inputs") {
		r := rapid.SampledFrom(resources).Draw(t, "resource")
		i := in(r, v(1, 2, 3, 4))
		i.Name = fmt.Sprint("i", n)
		i.Passed = rapid.SliceOfDistinct(rapid.SampledFrom(jobs), rapid.ID[graph.Address]).Draw(t, "passed")
		i.Trigger, i.Every = rapid.Bool().Draw(t, "trigger"), rapid.Bool().Draw(t, "every")
		if rapid.IntRange(0, 4).Draw(t, "pin") == 0 {
			i.Pin = map[string]string{"ref": rapid.SampledFrom([]string{"a", "b", "z"}).Draw(t, "ref")}
		}
		i.Used, i.Baseline = map[int64]bool{}, rapid.Int64Range(0, 3).Draw(t, "baseline")
		for _, u := range rapid.SliceOfDistinct(id, rapid.ID[int64]).Draw(t, "used") {
			i.Used[u] = true
		}
		inputs = append(inputs, i)
	}
	return inputs, passages
}

// oracle tries every combination of versions with every choice of one build for
// each job, and keeps the one that is best input by input.
func oracle(inputs []Input, passed map[string][]Passage) []int64 {
	var best, bestRanks []int64
	var try func(i int, ids, ranks []int64)
	try = func(i int, ids, ranks []int64) {
		if i == len(inputs) {
			if oneBuildEach(inputs, ids, passed) && (best == nil || slices.Compare(ranks, bestRanks) < 0) {
				best, bestRanks = slices.Clone(ids), slices.Clone(ranks)
			}
			return
		}
		for id := int64(1); id <= 4; id++ {
			if n, ok := badness(inputs[i], id); ok {
				try(i+1, append(ids[:i:i], id), append(ranks[:i:i], n))
			}
		}
	}
	try(0, nil, nil)
	return best
}

// badness orders the versions of an input: less is better.
func badness(in Input, id int64) (int64, bool) {
	if !contains(v(id)[0].Version, in.Pin) {
		return 0, false
	}
	if in.Every && in.Baseline > 0 && id > in.Baseline && !in.Used[id] {
		return id - 1000, true
	}
	return -id, true
}

func oneBuildEach(inputs []Input, ids []int64, passed map[string][]Passage) bool {
	for _, j := range []graph.Address{"X", "Y", "Z"} {
		needed := slices.ContainsFunc(inputs, func(in Input) bool { return slices.Contains(in.Passed, j) })
		if needed && !slices.ContainsFunc(passed[string(j)], func(p Passage) bool { return vouches(p, j, inputs, ids) }) {
			return false
		}
	}
	return true
}

func vouches(p Passage, j graph.Address, inputs []Input, ids []int64) bool {
	for i, in := range inputs {
		if slices.Contains(in.Passed, j) && !slices.Contains(idsOf(p.Versions[in.ResourceID]), ids[i]) {
			return false
		}
	}
	return true
}

func TestResolveIsTheBestThereIs(t *testing.T) {
	found, none := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		inputs, passages := drawFanIn(t)
		got, why := solve(inputs, passages)
		want := oracle(inputs, passages)
		if ids := idsOf(got); !reflect.DeepEqual(ids, want) {
			t.Fatalf("%v, want %v", ids, want)
		}
		if (why == nil) != (want != nil) || why != nil && (why.Reason == "" || why.Message == "") {
			t.Fatalf("%v", why)
		}
		if want == nil {
			none++
		} else {
			found++
		}
	})
	if found == 0 || none == 0 {
		t.Errorf("the draw is lopsided: %d with a solution, %d without", found, none)
	}
}

// Whatever there is: never above max_in_flight, never beside a serial group, all
// that waits has a reason, and what is made is new.
func TestDecideIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inputs, passages := drawFanIn(t)
		s := State{Inputs: inputs, Past: whole(passages), Groups: map[string][]Busy{}}
		s.Job.Spec.MaxInFlight = rapid.Int64Range(0, 3).Draw(t, "max")
		s.Job.Paused = rapid.IntRange(0, 5).Draw(t, "paused") == 0
		if rapid.Bool().Draw(t, "grouped") {
			s.Job.Spec.SerialGroups = []string{"g"}
			if rapid.Bool().Draw(t, "busy") {
				s.Groups["g"] = []Busy{{Job: "job.other", Number: 1}}
			}
		}
		for n := range rapid.Int64Range(0, 3).Draw(t, "running") {
			s.Running = append(s.Running, n+1)
		}
		for n := range rapid.Int64Range(0, 2).Draw(t, "pending") {
			s.Pending = append(s.Pending, Pending{ID: fmt.Sprint(n), Number: n + 10})
		}
		starts := checkCommands(t, s, Decide(s).Commands)
		if starts > 0 {
			notTooMany(t, s, starts)
		}
	})
}

func checkCommands(t *rapid.T, s State, commands []Command) int {
	starts, answered, jobHeld := 0, 0, false
	for _, c := range commands {
		switch c := c.(type) {
		case CreateBuild:
			starts++
			if !slices.ContainsFunc(c.Inputs, func(ch Chosen) bool { return ch.First }) {
				t.Fatalf("%v has nothing new", c)
			}
		case StartBuild:
			starts++
			answered++
		case Hold:
			if c.Reason == "" || c.Message == "" {
				t.Fatalf("%v gives no reason", c)
			}
			if c.Build != "" {
				answered++
			} else {
				jobHeld = true
			}
		}
	}
	if answered != len(s.Pending) || !jobHeld {
		t.Fatalf("%d of %d pending builds answered, the job %v", answered, len(s.Pending), jobHeld)
	}
	return starts
}

func notTooMany(t *rapid.T, s State, starts int) {
	most := s.Job.Spec.MaxInFlight
	if len(s.Job.Spec.SerialGroups) > 0 {
		most = 1
	}
	if most > 0 && int64(len(s.Running)+starts) > most || s.Job.Paused || len(s.Groups["g"]) > 0 && len(s.Job.Spec.SerialGroups) > 0 {
		t.Fatalf("%d started, %d run, %+v", starts, len(s.Running), s.Job)
	}
}

// With every, each version gets exactly one build, in order, however versions and
// decisions interleave.
func TestEveryVersionGetsOneBuild(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		app := in("app", nil, every)
		next, built := int64(1), []int64{}
		for range rapid.IntRange(1, 20).Draw(t, "rounds") {
			for range rapid.IntRange(0, 3).Draw(t, "arrive") {
				app.Versions = append(app.Versions, v(next)...)
				next++
			}
			for _, c := range Decide(State{Inputs: []Input{app}, Job: Job{Spec: graph.Job{MaxInFlight: rapid.Int64Range(0, 2).Draw(t, "max")}}}).Commands {
				if b, ok := c.(CreateBuild); ok {
					built = append(built, b.Inputs[0].VersionID)
					app = use(app, b.Inputs[0].VersionID)
				}
			}
		}
		for i := 1; i < len(built); i++ {
			if built[i] != built[i-1]+1 {
				t.Fatalf("%v", built)
			}
		}
	})
}

package build

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

// lab plays builds of one job, each resuming the one before, and knows what is in
// every volume: what a run writes follows from its step and from what it read.
type lab struct {
	job     graph.Job
	content map[string]string // by volume
	made    map[string]Kept   // by run: path and kind of its step
	puts    map[string]string // by path: what the last put there was given
	builds  int
}

func newLab(j graph.Job) *lab {
	return &lab{job: j, content: map[string]string{}, made: map[string]Kept{}, puts: map[string]string{}}
}

// play runs a build; the steps at some paths fail.
func (l *lab) play(t fataler, before *Before, fails map[string]bool) *harness {
	script := map[string][]string{}
	for path := range fails {
		for _, p := range everyAttempt(strings.Split(path, ".")) {
			script[p] = []string{"1", "1", "1", "1"}
		}
	}
	h := newHarness(t, l.job, script)
	l.builds++
	h.state.Build.ID, h.state.Build.Number, h.state.Before = fmt.Sprintf("0190a6b4-7d1c-7e0b-9a55-%012d", l.builds), int64(l.builds), before
	for range 500 {
		h.decide()
		l.look(h)
		if h.state.Build.Status.Terminal() {
			return h
		}
		if !h.endOne() {
			t.Fatalf("stuck: %+v", h.last.Waits)
		}
	}
	t.Fatal("it does not end")
	return nil
}

// everyAttempt are the paths of a step in all attempts at what is around it.
func everyAttempt(parts []string) []string {
	if len(parts) == 1 {
		return parts
	}
	var out []string
	for _, rest := range everyAttempt(parts[1:]) {
		out = append(out, parts[0]+"."+rest, parts[0]+".attempt2."+rest)
	}
	return out
}

func (l *lab) look(h *harness) {
	for _, c := range h.last.Commands {
		if c, ok := c.(StartRun); ok {
			l.write(c)
		}
	}
}

func (l *lab) write(c StartRun) {
	var read []string
	for _, m := range c.Task.GetMounts() {
		if m.GetKind() == "input" {
			read = append(read, m.GetPath()+"="+l.content[m.GetVolume()])
		}
	}
	path := strings.ReplaceAll(c.Path, "attempt2.", "") // the first attempt would write the same
	what := path + string(c.Task.GetStdin()) + "(" + strings.Join(read, ",") + ")"
	if c.Kind == string(graph.StepGet) {
		what = string(c.Task.GetStdin()) // wherever it stands
	}
	l.made[c.ID] = Kept{Path: c.Path, Kind: c.Kind}
	for _, m := range c.Task.GetMounts() {
		if m.GetKind() == "output" {
			l.content[m.GetVolume()] = what
		}
	}
	if c.Kind == string(graph.StepPut) {
		l.puts[path] = what
	}
}

// keep is what is left of a build, but for the artifacts that are gone.
func (l *lab) keep(h *harness, gone func(name string) bool) *Before {
	b := &Before{Number: h.state.Build.Number, Steps: map[string]BeforeStep{}, Artifacts: map[string]Kept{}, Answers: map[string][]byte{}}
	if h.state.Before != nil {
		maps.Copy(b.Answers, h.state.Before.Answers)
	}
	names := map[string]string{}
	for _, s := range Seeds(l.job) {
		names[s.Path] = s.Name
	}
	for path, s := range h.state.Steps {
		b.Steps[path] = BeforeStep{names[path], s.Status}
	}
	for _, name := range slices.Sorted(maps.Keys(h.state.Artifacts)) {
		if a := h.state.Artifacts[name]; !gone(name) {
			k := l.made[a.Run]
			k.Artifact = a
			b.Artifacts[name] = k
		}
	}
	for path, runs := range h.state.Runs {
		if last := runs[len(runs)-1]; l.made[last.ID].Kind == string(graph.StepPut) && last.ExitCode != nil && *last.ExitCode == 0 {
			b.Answers[path] = last.Result
		}
	}
	return b
}

// outcome is what a build has come to, for whoever looks at what it made.
func (l *lab) outcome(h *harness) string {
	var out []string
	for name, a := range h.state.Artifacts {
		out = append(out, name+": "+l.content[a.Volume])
	}
	slices.Sort(out)
	return fmt.Sprintf("%s %s puts %v", h.state.Build.Status, strings.Join(out, "; "), l.puts)
}

// Any job, any steps that fail for a while, any artifacts that are gone: resumed
// until it goes through, it gives what a clean run gives.
func TestResumeGivesWhatACleanRunGives(t *testing.T) {
	satisfied := 0
	rapid.Check(t, func(t *rapid.T) {
		g := maze{t: t}
		steps, _ := g.steps(2, nil)
		j := graph.Job{Steps: steps, Hooks: graph.Hooks{Ensure: g.hook(), OnSuccess: g.hook()}}
		always := g.some(j, "always", 12)
		clean, l := newLab(j), newLab(j)
		want := clean.outcome(clean.play(t, nil, always))
		var before *Before
		for range rapid.IntRange(1, 3).Draw(t, "builds that fail") {
			fails := g.some(j, "fails", 3)
			maps.Copy(fails, always)
			h := l.play(t, before, fails)
			before = l.keep(h, func(string) bool { return rapid.IntRange(0, 4).Draw(t, "gone") == 0 })
		}
		last := l.play(t, before, always)
		if got := l.outcome(last); got != want {
			t.Fatalf("\n got %s\nwant %s", got, want)
		}
		for path, s := range last.state.Steps {
			if strings.HasPrefix(s.Message, "as in build") {
				satisfied++
				if len(last.state.Runs[path]) > 0 {
					t.Fatalf("%s was satisfied, and ran", path)
				}
			}
		}
	})
	if satisfied == 0 {
		t.Error("nothing was ever taken over")
	}
}

// maze draws jobs whose steps read what steps before them made.
type maze struct {
	t *rapid.T
	n int
}

func (g *maze) some(j graph.Job, what string, of int) map[string]bool {
	out := map[string]bool{}
	for _, s := range Seeds(j) {
		if rapid.IntRange(0, of).Draw(g.t, what) == 0 {
			out[s.Path] = true
		}
	}
	return out
}

// steps come one after the other; there is what they may read.
func (g *maze) steps(depth int, there []string) ([]graph.Step, []string) {
	var out []graph.Step
	for range rapid.IntRange(1, 4).Draw(g.t, "steps") {
		var s graph.Step
		s, there = g.step(depth, there)
		out = append(out, s)
	}
	return out, there
}

func (g *maze) step(depth int, there []string) (graph.Step, []string) {
	kinds := []string{"task", "task", "get", "put"}
	if depth > 0 {
		kinds = append(kinds, "do", "parallel", "try")
	}
	switch rapid.SampledFrom(kinds).Draw(g.t, "kind") {
	case "get":
		return get(), append(slices.Clip(there), "r")
	case "put":
		g.n++
		s := put()
		s.Name = fmt.Sprint("p", g.n)
		s.Body = graph.Put{Resource: "resource.mock.r", Inputs: g.reads(there), NoGet: rapid.Bool().Draw(g.t, "no get")}
		return s, there
	case "do":
		list, after := g.steps(depth-1, there)
		s := do(list...)
		s.Retry.Attempts = rapid.Int64Range(0, 2).Draw(g.t, "attempts")
		s.Hooks = graph.Hooks{OnFailure: g.hook(), Ensure: g.hook(), OnSuccess: g.hook()}
		return s, after
	case "try":
		list, after := g.steps(depth-1, there)
		return try(list...), after
	case "parallel":
		var branches []graph.Step
		after := there
		for range 2 {
			s, more := g.step(depth-1, there)
			branches, after = append(branches, s), append(slices.Clip(after), more...)
		}
		return par(branches...), after
	}
	return g.task(there)
}

func (g *maze) task(there []string) (graph.Step, []string) {
	g.n++
	s := task(fmt.Sprint("t", g.n))
	out := fmt.Sprint("a", g.n)
	body := graph.Task{Image: "busybox", Run: []string{"true"}, Inputs: g.reads(there), Outputs: []string{out}}
	s.Body = body
	s.Retry.Attempts = rapid.Int64Range(0, 2).Draw(g.t, "tries")
	return s, append(slices.Clip(there), out)
}

func (g *maze) reads(there []string) []string {
	if len(there) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(rapid.SampledFrom(there), 0, 3).Draw(g.t, "reads"))))
}

func (g *maze) hook() []graph.Step {
	if rapid.IntRange(0, 3).Draw(g.t, "hook") > 0 {
		return nil
	}
	s, _ := g.task(nil)
	return []graph.Step{s}
}

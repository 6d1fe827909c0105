package planner

import (
	"slices"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

// sentences are the effects of going from one node to another (nil: none), as
// told to people; losses are marked.
func sentences(a graph.Address, from, to graph.Spec, seen Seen) []string {
	var c Change
	switch {
	case from == nil:
		c = Create{a, to}
	case to == nil:
		c = Delete{a, "sha256:0", from}
	default:
		c = Update{a, "sha256:0", from, to, ""}
	}
	var out []string
	for _, e := range Effects([]Change{c}, Observed{a: seen}) {
		if e.Loss {
			e.Sentence += " !"
		}
		out = append(out, e.Sentence)
	}
	return out
}

func TestEffectsOfResources(t *testing.T) {
	git := gitSource("https://example.com/a.git")
	edit := func(f func(*graph.Resource)) graph.Resource { r := git; f(&r); return r }
	slow := edit(func(r *graph.Resource) { r.CheckEvery = 90 * 60 * 1000 })
	never := edit(func(r *graph.Resource) { r.CheckNever = true })
	pinned := edit(func(r *graph.Resource) { r.Pin = map[string]string{"ref": "abc"} })
	for name, tt := range map[string]struct {
		from, to graph.Spec
		seen     Seen
		want     []string
	}{
		"new":                 {nil, git, Seen{}, []string{"checks start, every 1m"}},
		"new, slow":           {nil, slow, Seen{}, []string{"checks start, every 1h30m"}},
		"new, on demand":      {nil, never, Seen{}, []string{"is checked only on demand"}},
		"new, pinned":         {nil, pinned, Seen{}, []string{"checks start, every 1m", "is pinned to ref abc"}},
		"checked less often":  {git, slow, Seen{}, []string{"checks every 1h30m, were every 1m"}},
		"checked no more":     {git, never, Seen{}, []string{"checks stop: from now on only on demand"}},
		"pinned":              {git, pinned, Seen{}, []string{"is pinned to ref abc"}},
		"unpinned":            {pinned, git, Seen{}, []string{"is pinned no longer: the latest version is used"}},
		"moved":               {git, gitSource("x"), Seen{Versions: 12}, []string{"history restarts: 12 versions stay with the old source !"}},
		"moved, one version":  {git, gitSource("x"), Seen{Versions: 1}, []string{"history restarts: 1 version stays with the old source !"}},
		"moved, none seen":    {git, gitSource("x"), Seen{}, []string{"history starts with the new source"}},
		"gone":                {git, nil, Seen{}, []string{"checks stop"}},
		"gone, with versions": {git, nil, Seen{Versions: 3}, []string{"checks stop; its history of 3 versions is no longer used by this pipeline !"}},
		"an icon":             {git, edit(func(r *graph.Resource) { r.Icon = "git" }), Seen{Versions: 3}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sentences(app, tt.from, tt.to, tt.seen); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestEffectsOfJobs(t *testing.T) {
	idle := graph.Job{Steps: []graph.Step{get(false)}}
	auto := graph.Job{Steps: []graph.Step{{Body: graph.Parallel{Steps: []graph.Step{get(true)}}}}}
	chained := graph.Job{Steps: []graph.Step{get(true, unit, "job.lint")}}
	locked := graph.Job{DisableManualTrigger: true}
	one := graph.Job{MaxInFlight: 1, Steps: idle.Steps}
	for name, tt := range map[string]struct {
		from, to graph.Spec
		seen     Seen
		want     []string
	}{
		"new, by hand":      {nil, idle, Seen{}, []string{"will run only when somebody triggers it"}},
		"new, by itself":    {nil, auto, Seen{}, []string{"will run when resource.git.app has a new version"}},
		"new, after others": {nil, chained, Seen{}, []string{"will run when a version of resource.git.app has passed job.unit and job.lint"}},
		"new, never":        {nil, locked, Seen{}, []string{"nothing will run it: no get triggers it, and neither may people"}},
		"runs by itself now": {idle, auto, Seen{Open: []int64{4}}, []string{
			"will run when resource.git.app has a new version", "running build #4 keeps its revision",
		}},
		"two builds stay":  {auto, auto, Seen{Open: []int64{4, 5}}, []string{"running builds #4 and #5 keep their revision"}},
		"narrowed":         {idle, one, Seen{Open: []int64{4, 5}}, []string{"starts nothing until at most 0 of its builds are open", "running builds #4 and #5 keep their revision"}},
		"gone":             {idle, nil, Seen{}, nil},
		"gone with builds": {idle, nil, Seen{Builds: 7, Open: []int64{7}}, []string{"build #7 is not finished !", "loses 7 builds and their logs !"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sentences(unit, tt.from, tt.to, tt.seen); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// Effects carry the address of their change and come in the order of changes.
func TestEffectsOfAPlan(t *testing.T) {
	to := with(shop(), map[graph.Address]graph.Spec{app: gitSource("https://example.com/other.git")})
	p := New("main", "shop", 3, build(t, shop()), build(t, to), Observed{app: {Versions: 2}})
	want := []Effect{
		{ship, "its next build may differ: resource.git.app changes", false},
		{unit, "its next build may differ: resource.git.app changes", false},
		{app, "history restarts: 2 versions stay with the old source", true},
	}
	if !slices.Equal(p.Effects, want) {
		t.Errorf("got  %v\nwant %v", p.Effects, want)
	}
	if gone := New("main", "shop", 3, build(t, shop()), nil, nil); !slices.Contains(gone.Effects, Effect{"pipeline", "the pipeline goes, with all its builds and logs", true}) {
		t.Errorf("destroying tells %v", gone.Effects)
	}
}

package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/name; go test -update writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, got, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test -update writes it anew.\n%s", path, got)
	}
}

type specs map[graph.Address]graph.Spec

func pipelineGraph(t *testing.T, s specs) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	for a, spec := range s {
		if err := b.Add(a, spec, graph.Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const shopScript = "set -e\ncd app\ngo vet ./...\ngo test ./...\ngo build ./...\necho one\necho two\necho three\n"

// shop is a pipeline that uses most of what there is to show.
func shop() specs {
	return specs{
		"pipeline":         graph.Pipeline{Name: "shop", Team: "main", Labels: map[string]string{"tier": "1"}},
		"resource.git.app": graph.Resource{Type: "git", Source: graph.Map{"uri": graph.String("https://example.com/app.git"), "paths": graph.List{graph.String("src"), graph.String("go.mod")}}},
		"job.unit": graph.Job{
			Description: "fast tests",
			Steps: []graph.Step{
				{Name: "app", Body: graph.Get{Resource: "resource.git.app", Trigger: true}},
				{Name: "test", Timeout: 3_600_000, Retry: graph.Retry{Attempts: 2, Backoff: 90_000}, Body: graph.Task{
					Image: "golang:1.26", Script: shopScript, Inputs: []string{"app"},
					Env: graph.Map{"CGO_ENABLED": graph.String("0"), "the key": graph.Null{}, "REV": graph.Deferred{Source: "${version.app.ref}"}},
				}},
			},
			Hooks: graph.Hooks{OnFailure: []graph.Step{{Name: "tell", Body: graph.Task{Image: "busybox", Run: []string{"echo", "failed"}}}}},
		},
		`job.ship["eu.1"]`: graph.Job{
			SerialGroups: []string{"deploy"},
			Steps: []graph.Step{
				{Name: "app", Body: graph.Get{Resource: "resource.git.app", Trigger: true, Passed: []graph.Address{"job.unit"}}},
				{Body: graph.Parallel{Limit: 2, Steps: []graph.Step{
					{Name: "image", Body: graph.Task{Image: "buildkit", Run: []string{"build"}, Limits: graph.Limits{CPU: 1500}}},
					{Name: "docs", Body: graph.Task{Image: "golang:1.26", Run: []string{"go", "doc"}}},
				}}},
			},
		},
		"job.lint": graph.Job{Steps: []graph.Step{{Name: "lint", Body: graph.Task{Image: "linter"}}}},
	}
}

func edit[S graph.Spec](s specs, a graph.Address, f func(*S)) {
	spec := s[a].(S)
	f(&spec)
	s[a] = spec
}

// changed is shop with something done to everything.
func changed() specs {
	s := shop()
	edit(s, "resource.git.app", func(r *graph.Resource) {
		r.Source = graph.Map{"uri": graph.String("https://example.com/new.git"), "paths": graph.List{graph.String("src"), graph.String("cmd"), graph.String("go.mod")}}
		r.CheckEvery = 300_000
	})
	edit(s, "job.unit", func(j *graph.Job) {
		j.MaxInFlight, j.Description = 1, ""
		test := j.Steps[1]
		test.Timeout = 1_800_000
		test.Retry = graph.Retry{Attempts: 3, Backoff: 90_000}
		body := test.Body.(graph.Task)
		body.Script = strings.Replace(shopScript, "go test ./...", "go test -race ./...", 1)
		body.Env = graph.Map{"CGO_ENABLED": graph.String("1"), "REV": body.Env["REV"]}
		test.Body = body
		fetch := graph.Step{Name: "cache", Body: graph.Task{Image: "busybox", Run: []string{"true"}}}
		j.Steps = []graph.Step{j.Steps[0], fetch, test}
		j.Hooks = graph.Hooks{Ensure: j.Hooks.OnFailure}
	})
	delete(s, "job.lint")
	s["job.docs"] = graph.Job{}
	return s
}

func TestPlansForPeople(t *testing.T) {
	from, to := pipelineGraph(t, shop()), pipelineGraph(t, changed())
	seen := planner.Observed{"resource.git.app": {Versions: 12}, "job.unit": {Open: []int64{4}}, "job.lint": {Builds: 31}}
	for name, p := range map[string]*planner.Plan{
		"create":  planner.New("main", "shop", 0, nil, from, nil),
		"change":  planner.New("main", "shop", 7, from, to, seen),
		"destroy": planner.New("main", "shop", 7, pipelineGraph(t, specs{"pipeline": graph.Pipeline{Name: "shop"}, "job.lint": shop()["job.lint"]}), nil, seen),
		"none":    planner.New("main", "shop", 7, from, from, seen),
		"nothing": planner.New("main", "shop", 0, nil, nil, nil),
	} {
		t.Run(name, func(t *testing.T) {
			var full, colour, summary, program bytes.Buffer
			if err := errors.Join(
				WritePlan(&full, Terminal{}, p, PlanFull), WritePlan(&colour, Terminal{Color: true}, p, PlanFull),
				WritePlan(&summary, Terminal{}, p, PlanSummary), WritePlanJSON(&program, p),
			); err != nil {
				t.Fatal(err)
			}
			golden(t, "plan_"+name+".txt", full.Bytes())
			golden(t, "plan_"+name+".summary.txt", summary.Bytes())
			golden(t, "plan_"+name+".json", program.Bytes())
			if got := sgr.ReplaceAllString(colour.String(), ""); got != full.String() {
				t.Error("colour changes the text")
			}
			if strings.Contains(full.String(), "\x1b") {
				t.Error("there is colour where none was asked for")
			}
		})
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// The summary is the last line of every plan that has changes.
func TestTheSummaryComesLast(t *testing.T) {
	p := planner.New("main", "shop", 7, pipelineGraph(t, shop()), pipelineGraph(t, changed()), nil)
	for _, detail := range []PlanDetail{PlanFull, PlanSummary} {
		var out bytes.Buffer
		if err := WritePlan(&out, Terminal{}, p, detail); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if got, want := lines[len(lines)-1], "Plan: 1 to add, 2 to change, 1 to destroy. 1 affected, 1 unchanged."; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestOnlyUsedSymbolsAreExplained(t *testing.T) {
	p := planner.New("main", "shop", 0, nil, pipelineGraph(t, specs{"job.a": graph.Job{}}), nil)
	var out bytes.Buffer
	if err := WritePlan(&out, Terminal{}, p, PlanFull); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "+ add") || strings.Contains(got, "- destroy") || strings.Contains(got, "~ change") {
		t.Errorf("the legend is wrong:\n%s", got)
	}
}

// Nothing that a pipeline says can reach the terminal as a control character.
func TestControlCharactersAreEscaped(t *testing.T) {
	evil := "a\x1b[2Jb\rc\u202ed\x00\u009b"
	spec := graph.Job{
		Description: evil,
		Steps: []graph.Step{{Name: evil, Body: graph.Task{
			Script: evil + "\n" + evil + "\n", Run: []string{evil}, Env: graph.Map{evil: graph.Deferred{Source: evil}},
		}}},
	}
	other := spec
	other.Steps = []graph.Step{{Name: evil, Body: graph.Task{Script: "x\n" + evil + evil, Env: graph.Map{evil: graph.String(evil)}}}}
	from := pipelineGraph(t, specs{"job.a": spec, graph.JobAddress("x").Instance(evil): graph.Job{}})
	to := pipelineGraph(t, specs{"job.a": other})
	for _, p := range []*planner.Plan{
		planner.New(evil, evil, 0, nil, from, nil), planner.New(evil, evil, 1, from, to, nil), planner.New(evil, evil, 1, from, nil, nil),
	} {
		var out bytes.Buffer
		if err := WritePlan(&out, Terminal{}, p, PlanFull); err != nil {
			t.Fatal(err)
		}
		for _, r := range out.String() {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("%U is printed:\n%q", r, out.String())
			}
		}
	}
}

// In the JSON of an update, every attribute that is not as before has its path.
func TestPathsOfChangedAttributes(t *testing.T) {
	p := planner.New("main", "shop", 7, pipelineGraph(t, shop()), pipelineGraph(t, changed()), nil)
	var out bytes.Buffer
	if err := WritePlanJSON(&out, p); err != nil {
		t.Fatal(err)
	}
	var got jsonPlan
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(got.Changes, func(c jsonChange) bool { return c.Address == "job.unit" })
	var paths []string
	for _, a := range got.Changes[i].Attributes {
		paths = append(paths, a.Action+" "+a.Path)
	}
	want := []string{
		"remove description", "add hooks.ensure", "remove hooks.on_failure", "add max_in_flight", "add steps[1]",
		"replace steps[2].retry.attempts", "replace steps[2].task.env.CGO_ENABLED", `remove steps[2].task.env."the key"`,
		"replace steps[2].task.script", "replace steps[2].timeout_ms",
	}
	if !slices.Equal(paths, want) {
		t.Errorf("got  %q\nwant %q", paths, want)
	}
}

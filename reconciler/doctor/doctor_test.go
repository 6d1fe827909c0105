package doctor_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/doctor"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

var update = flag.Bool("update", false, "write the table of invariants anew")

const (
	repo  = "../.."
	page  = repo + "/docs/invariants.md"
	start = "<!-- invariants -->\n"
	end   = "<!-- end of invariants -->"
)

func running(job string, number int64, most int64, groups ...string) state.RunningBuild {
	return state.RunningBuild{JobID: job, PipelineID: "p", Address: graph.Address("job." + job), Number: number, Job: graph.Job{MaxInFlight: most, SerialGroups: groups}}
}

func whats(found []state.Finding) []string {
	var out []string
	for _, f := range found {
		if f.Check == "" || f.Broken == "" || f.Fix == "" || f.Subject == "" {
			out = append(out, fmt.Sprintf("says too little: %+v", f))
		}
		out = append(out, f.What)
	}
	return out
}

func TestRunningBuilds(t *testing.T) {
	for name, c := range map[string]struct {
		running []state.RunningBuild
		want    []string
	}{
		"nothing runs":                         {nil, nil},
		"as many as may":                       {[]state.RunningBuild{running("a", 1, 2), running("a", 2, 2)}, nil},
		"no limit":                             {[]state.RunningBuild{running("a", 1, 0), running("a", 2, 0)}, nil},
		"too many":                             {[]state.RunningBuild{running("a", 1, 1), running("a", 3, 1)}, []string{"job.a: 2 builds run (#1 #3), and no more than 1 may"}},
		"the limit was lowered while they ran": {[]state.RunningBuild{running("a", 1, 2), running("a", 2, 1)}, nil},
		"one group":                            {[]state.RunningBuild{running("a", 1, 0, "g"), running("b", 2, 0, "h", "g")}, []string{"job.a #1 and job.b #2 run"}},
		"other groups":                         {[]state.RunningBuild{running("a", 1, 0, "g"), running("b", 2, 0, "h")}, nil},
		"a group is a limit of one":            {[]state.RunningBuild{running("a", 1, 0, "g"), running("a", 2, 0, "g")}, []string{"job.a: 2 builds run (#1 #2), and no more than 1 may"}},
	} {
		if got := whats(doctor.Judge(state.Checkup{Running: c.running})); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// What was taken is compared with what passed: each version, and all of one job
// together; where builds are gone nothing is said.
func TestPassed(t *testing.T) {
	unit := state.PipelineJob{PipelineID: "p", Address: "job.unit"}
	job := graph.Job{Steps: []graph.Step{
		{Name: "a", Body: graph.Get{Resource: "resource.x.a", Passed: []graph.Address{"job.unit"}}},
		{Name: "b", Body: graph.Get{Resource: "resource.x.b", Passed: []graph.Address{"job.unit"}}},
	}}
	input := func(name string, version int64) state.TakenInput {
		return state.TakenInput{BuildID: "1", PipelineID: "p", Address: "job.ship", Number: 7, Name: name, ResourceID: name, VersionID: version, Job: job}
	}
	had := func(name string, version int64) state.PassedVersion {
		return state.PassedVersion{PipelineJob: unit, ResourceID: name, VersionID: version}
	}
	c := state.Checkup{
		Passed: map[state.PassedVersion][]string{had("a", 1): {"u1", "u2"}, had("b", 1): {"u2"}, had("b", 2): {"u3"}},
		Whole:  map[state.PipelineJob]bool{unit: true},
	}
	wrong := []string{"job.ship #7: no build of job.unit succeeded with what it took"}
	for name, x := range map[string]struct {
		inputs []state.TakenInput
		want   []string
	}{
		"together":       {[]state.TakenInput{input("a", 1), input("b", 1)}, nil},
		"each by itself": {[]state.TakenInput{input("a", 1), input("b", 2)}, wrong},
		"not at all":     {[]state.TakenInput{input("a", 3)}, wrong},
		"no such get":    {[]state.TakenInput{input("c", 3)}, nil},
	} {
		c.Inputs = x.inputs
		if got := whats(doctor.Judge(c)); !slices.Equal(got, x.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	c.Inputs, c.Whole = []state.TakenInput{input("a", 3)}, nil
	if got := whats(doctor.Judge(c)); got != nil {
		t.Errorf("builds are gone: %q", got)
	}
}

// Every invariant is checked by something that is there, and every check of the
// doctor is of an invariant.
func TestInvariantsAreChecked(t *testing.T) {
	var checks []string
	for _, i := range doctor.Invariants() {
		if len(i.Property) == 0 {
			t.Errorf("%s: no test has it", i.Says)
		}
		for _, p := range i.Property {
			file, function, _ := strings.Cut(p, ":")
			text, err := os.ReadFile(filepath.Join(repo, file))
			if err != nil || !strings.Contains(string(text), "func "+function+"(") && function != "" {
				t.Errorf("%s: %s is not there: %v", i.Says, p, err)
			}
		}
		checks = append(checks, i.Doctor...)
	}
	for _, want := range append(postgres.DoctorChecks(), "max_in_flight", "serial_groups", "passed", "audit_chain") {
		if !slices.Contains(checks, want) {
			t.Errorf("the check %s is of no invariant", want)
		}
	}
}

// The page about invariants has the table of them.
func TestDocumentedInvariants(t *testing.T) {
	was, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(was), start)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the invariants", page)
	}
	now := head + start + table() + end + tail
	if *update {
		if err := os.WriteFile(page, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if now != string(was) {
		t.Errorf("%s has another table than the code: go test ./reconciler/doctor -update", page)
	}
}

func table() string {
	var b strings.Builder
	b.WriteString("| What always holds | Tests | Schema and statements | `weir doctor` |\n|---|---|---|---|\n")
	for _, i := range doctor.Invariants() {
		var tests []string
		for _, p := range i.Property {
			file, function, _ := strings.Cut(p, ":")
			if function == "" {
				function = filepath.Base(file)
			}
			tests = append(tests, fmt.Sprintf("[%s](../%s)", function, file))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", i.Says, strings.Join(tests, ", "), i.Schema, strings.Join(i.Doctor, ", "))
	}
	return b.String()
}

package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Which container is meant: the only one, or the one that is named; otherwise what
// there is, and of what is gone why.
func TestChooseAContainer(t *testing.T) {
	gone := func(step, why string) *weirv1.Container {
		return &weirv1.Container{RunId: step, Step: step, Path: "0", Attempt: 1, Status: "failed", Gone: why}
	}
	there := func(run, step string, attempt int32) *weirv1.Container {
		return &weirv1.Container{RunId: run, Step: step, Path: "1", Attempt: attempt, Status: "failed"}
	}
	several := []*weirv1.Container{gone("fetch", "it succeeded"), there("t1", "test", 1), there("t2", "test", 2)}
	for name, c := range map[string]struct {
		all        []*weirv1.Container
		want       wantedContainer
		run, says  string
		table, not string
	}{
		"the only one":              {all: several[:2], run: "t1"},
		"by attempt":                {all: several, want: wantedContainer{attempt: 2}, run: "t2"},
		"by step and attempt":       {all: several, want: wantedContainer{step: "test", attempt: 1}, run: "t1"},
		"by path":                   {all: several[:2], want: wantedContainer{step: "1"}, run: "t1"},
		"several":                   {all: several, says: "unit #3 has several containers", table: "test", not: "fetch"},
		"of the step several":       {all: several, want: wantedContainer{step: "test"}, says: "unit #3 has several containers", table: "test"},
		"gone":                      {all: several, want: wantedContainer{step: "fetch"}, says: "the container of fetch of demo/unit #3 is not there: it succeeded."},
		"all gone":                  {all: []*weirv1.Container{gone("a", "it was lost"), gone("b", "it succeeded")}, says: "is there any more", table: "it was lost"},
		"no such step":              {all: several, want: wantedContainer{step: "tset"}, says: `no container of step "tset"`, table: "fetch"},
		"no such attempt":           {all: several, want: wantedContainer{step: "test", attempt: 3}, says: `no container of attempt 3 at step "test"`, table: "fetch"},
		"none, as it has not begun": {says: "demo/unit #3 has no containers: it has not started"},
	} {
		var errs bytes.Buffer
		a := &App{Err: &errs, Getenv: func(string) string { return "" }}
		got, err := a.choose(&weirv1.ListContainersResponse{Build: &weirv1.Build{Pipeline: "demo", Job: "unit", Number: 3, Status: "pending"}, Containers: c.all}, c.want)
		if got.GetRunId() != c.run {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
		var p *Problem
		if c.says != "" && (!errors.As(err, &p) || !strings.Contains(p.What, c.says)) {
			t.Errorf("%s: it says %v", name, err)
		}
		if text := errs.String(); !strings.Contains(text, c.table) || c.not != "" && strings.Contains(text, c.not) || (c.table == "") != (text == "") {
			t.Errorf("%s: the table is\n%s", name, text)
		}
	}
}

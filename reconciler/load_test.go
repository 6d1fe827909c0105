package reconciler_test

import (
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

// A value that nobody may see is in one place while its build runs, the result of
// the run that read it, and nowhere afterwards; one that may be seen stays.
func TestALoadedValueIsForgotten(t *testing.T) {
	w := newWorld(t)
	use, goOn := make(chan struct{}), make(chan struct{})
	w.worker("w1", 4, func(r run) end {
		switch {
		case strings.Contains(string(r.task.Stdin), "hidden"):
			return end{result: `{"value":"hunter22"}`}
		case strings.Contains(string(r.task.Stdin), "open"):
			return end{result: `{"value":"1.2.3"}`}
		case r.label("step") == "use":
			close(use)
			<-goOn
		}
		return end{}
	})
	w.server("s1")
	load := func(name string, reveal bool) graph.Step {
		return graph.Step{Name: name, Body: graph.Load{File: graph.String("made/" + name), Format: "trim", Reveal: reveal}}
	}
	env := graph.Map{"H": graph.Deferred{Source: "${load.hidden}", Refs: []string{"load.hidden"}}, "O": graph.Deferred{Source: "${load.open}", Refs: []string{"load.open"}}}
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{
		{Name: "make", Body: graph.Task{Image: "oci:x", Run: []string{"true"}, Outputs: []string{"made"}}},
		load("hidden", false), load("open", true),
		{Name: "use", Body: graph.Task{Image: "oci:x", Run: []string{"true"}, Env: env}},
	}}}))
	w.trigger("job.unit")
	<-use
	where := `SELECT coalesce(string_agg(step_path, ' '), '') FROM runs WHERE position(convert_to($1, 'utf8') IN result) > 0`
	if got := w.query(where, "hunter22"); got != "1" {
		t.Errorf("while the build runs it is the result of %q", got)
	}
	close(goOn)
	w.await("unit#1 succeeded", w.builds)
	if hidden, open := w.query(where, "hunter22"), w.query(where, "1.2.3"); hidden != "" || open != "2" {
		t.Errorf("afterwards: hidden %q, open %q", hidden, open)
	}
	if n := w.query(`SELECT count(*)::text FROM runs WHERE position('hunter22'::bytea IN task) > 0`); n != "0" {
		t.Errorf("it is in %s tasks", n)
	}
	if m := w.query(`SELECT string_agg(message, ', ' ORDER BY path) FROM steps WHERE kind = 'load'`); m != `read a value that is not shown, read "1.2.3"` {
		t.Errorf("messages %s", m)
	}
	w.sound()
}

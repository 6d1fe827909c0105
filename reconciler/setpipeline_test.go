package reconciler_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/worker/logfile"
)

// planning is a Setter that plans as servers do and, unless it says no, lets it be.
type planning struct {
	w  *world
	no *state.SetAnswer
}

func (p planning) Prepare(ctx context.Context, r state.SetRequest) (state.PipelineSet, error) {
	set := state.PipelineSet{TeamID: p.w.team, Pipeline: r.Pipeline, Log: "the plan\n", Answer: state.SetAnswer{Message: "set " + r.Pipeline}}
	if p.no != nil {
		set.Answer = *p.no
		set.Event = &state.Event{Actor: postgres.BuildActor(r.By), Action: "pipeline.denied", Subject: r.Pipeline}
		return set, nil
	}
	var err error
	if set.Desired, err = graph.Decode(r.Graph); err != nil {
		return set, err
	}
	set.Guards, err = p.w.guards(ctx, set.Desired)
	return set, err
}

// guards are those of a plan to make a graph true.
func (w *world) guards(ctx context.Context, g *graph.Graph) (map[graph.Address]graph.Digest, error) {
	prior, revision, err := w.s.CurrentGraph(ctx, w.team, g.Pipeline().Name)
	out := map[graph.Address]graph.Digest{}
	for _, c := range planner.New("main", g.Pipeline().Name, revision, prior, g, nil).Changes {
		for a, base := range planner.Guards(c) {
			out[a] = base
		}
	}
	return out, err
}

func (w *world) setter(no *state.SetAnswer) func(*reconciler.Options) {
	return func(o *reconciler.Options) { o.Setter = planning{w, no} }
}

func finished(w *world, s specs) *graph.Graph {
	w.Helper()
	b := graph.NewBuilder(graph.Header{})
	for a, spec := range s {
		w.ok(b.Add(a, spec, graph.Meta{}))
	}
	g, err := b.Finish()
	w.ok(err)
	return g
}

// reapply applies what takes the place of what is there; nil destroys the pipeline.
func (w *world) reapply(name string, s specs) {
	w.Helper()
	in := postgres.ApplyInput{TeamID: w.team, Pipeline: name, Actor: "ann", PlanDigest: "sha256:plan"}
	if s == nil {
		g, _, err := w.s.CurrentGraph(w.Context(), w.team, name)
		w.ok(err)
		for _, n := range g.Nodes() {
			in.Guards = append(in.Guards, postgres.Guard{Address: n.Address, Base: n.SpecDigest})
		}
	} else {
		in.Desired = finished(w, s)
		guards, err := w.guards(w.Context(), in.Desired)
		w.ok(err)
		for a, base := range guards {
			in.Guards = append(in.Guards, postgres.Guard{Address: a, Base: base})
		}
	}
	_, err := w.s.Apply(w.Context(), in)
	w.ok(err)
}

// compiled is what a worker answers that has compiled a pipeline of one job.
func compiled(w *world, name, word string) string {
	w.Helper()
	g := finished(w, specs{
		graph.PipelineAddress: graph.Pipeline{Name: name},
		"job.child":           graph.Job{Steps: []graph.Step{{Name: "t", Body: graph.Task{Image: "oci:x", Run: []string{"echo", word}}}}},
	})
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(g.Encode())
	w.ok(err)
	w.ok(z.Close())
	out, err := json.Marshal(map[string]any{"graph": packed.Bytes()})
	w.ok(err)
	return string(out)
}

// setting is a pipeline with a job that sets others, which are found in what a task
// has made.
func setting(children ...string) specs {
	job := graph.Job{Steps: []graph.Step{{Name: "make", Body: graph.Task{Image: "oci:x", Run: []string{"true"}, Outputs: []string{"src"}}}}}
	for _, name := range children {
		job.Steps = append(job.Steps, graph.Step{Name: name, Body: graph.SetPipeline{Dir: graph.String("src/" + name), Vars: graph.Map{"a": graph.String("b")}}})
	}
	return pipeline(specs{"job.set": job})
}

// compiling is a worker that compiles whatever it is asked to.
func compiling(w *world) func(run) end {
	return func(r run) end {
		if r.label("step") == "make" {
			return end{}
		}
		return end{result: compiled(w, strings.Replace(r.label("step"), "self", "demo", 1), r.label("number"))}
	}
}

// pipelines is each with its revision, archived ones in brackets.
func (w *world) pipelines() string {
	return w.query(`SELECT string_agg(CASE WHEN archived THEN '(' || name || ')' ELSE name || ' ' || revision END, ', ' ORDER BY name) FROM pipelines`)
}

// However often the end of the run is reported, and whoever of two servers decides:
// the pipeline is set once, by the build, and the step's log has the plan.
func TestAPipelineIsSetOnce(t *testing.T) {
	w := newWorld(t)
	k := w.worker("w1", 4, compiling(w))
	w.server("s1", w.setter(nil))
	w.server("s2", w.setter(nil))
	w.apply(setting("a"))
	w.trigger("job.set")
	w.await("set#1 succeeded", w.builds)
	for _, r := range k.runs {
		k.late(r)
	}
	if got := w.pipelines(); got != "a 1, demo 1" {
		t.Errorf("pipelines %s", got)
	}
	if got := w.query("SELECT string_agg(actor || ' ' || subject, ', ' ORDER BY id) FROM audit_events WHERE action = 'pipeline.apply'"); got != "ann demo, build demo/set #1 a" {
		t.Errorf("audit %s", got)
	}
	if got := w.query("SELECT message FROM steps WHERE kind = 'set_pipeline'"); got != "set a" {
		t.Errorf("the step says %q", got)
	}
	if got := w.log("set_pipeline"); got != "the plan\n" {
		t.Errorf("its log is %q", got)
	}
	if got := w.query("SELECT count(*)::text FROM runs WHERE kind = 'set_pipeline' AND result IS NOT NULL"); got != "0" {
		t.Errorf("%s graphs are kept that nobody needs", got)
	}
	w.sound()
}

func (w *world) log(kind string) (out string) {
	w.Helper()
	rows, err := w.s.Pool().Query(w.Context(), "SELECT r.id, l.offset_from, l.offset_to FROM runs r JOIN log_chunks l ON l.run_id = r.id WHERE r.kind = $1 ORDER BY l.offset_from", kind)
	w.ok(err)
	var chunks []postgres.LogChunk
	for rows.Next() {
		var c postgres.LogChunk
		w.ok(rows.Scan(&c.RunID, &c.OffsetFrom, &c.OffsetTo))
		chunks = append(chunks, c)
	}
	w.ok(rows.Err())
	for _, c := range chunks {
		all, err := w.s.LogChunks(w.Context(), []string{c.RunID}, []int64{c.OffsetFrom}, 1)
		w.ok(err)
		records, err := w.s.LogRecords(w.Context(), all[0], c.OffsetFrom)
		w.ok(err)
		for r := range logfile.Decode(records) {
			out += string(r.Data)
		}
	}
	return out
}

// What a job has set and does not set any more is archived, once a build of it has
// succeeded; so is what is set by a job that is gone. A person who applies something
// to a pipeline takes it over.
func TestChildrenThatAreNotSetAreArchived(t *testing.T) {
	w := newWorld(t)
	w.worker("w1", 4, compiling(w))
	w.server("s1", w.setter(nil))
	step := func(children []string, builds, want string) {
		t.Helper()
		w.reapply("demo", setting(children...))
		w.trigger("job.set")
		w.await(builds, w.builds)
		if got := w.pipelines(); got != want {
			t.Fatalf("pipelines %s, want %s", got, want)
		}
	}
	step([]string{"a", "b", "c"}, "set#1 succeeded", "a 1, b 1, c 1, demo 1")
	w.reapply("b", specs{graph.PipelineAddress: graph.Pipeline{Name: "b", Description: "ann's now"}})
	if got := w.query("SELECT string_agg(action, ' ' ORDER BY id) FROM audit_events WHERE actor = 'build demo/set #1'"); got != "pipeline.apply pipeline.apply pipeline.apply" {
		t.Errorf("audit %s", got)
	}
	step([]string{"a"}, "set#1 succeeded, set#2 succeeded", "a 2, b 2, (c), demo 2")
	step([]string{"a", "c"}, "set#1 succeeded, set#2 succeeded, set#3 succeeded", "a 3, b 2, c 2, demo 3")
	w.reapply("demo", pipeline(nil))
	if got := w.pipelines(); got != "(a), b 2, (c), demo 4" {
		t.Errorf("the job is gone: %s", got)
	}
	if got := w.query("SELECT string_agg(subject || ': ' || (details->>'why'), ', ' ORDER BY id) FROM audit_events WHERE action = 'pipeline.archive'"); got != "c: not set any more by demo/set, a: the job that set it is gone, c: the job that set it is gone" {
		t.Errorf("audit %s", got)
	}
	w.sound()
}

// A pipeline may set itself, even so that the job is gone that did it: it is nobody's
// child.
func TestAPipelineSetsItself(t *testing.T) {
	w := newWorld(t)
	w.worker("w1", 4, compiling(w))
	w.server("s1", w.setter(nil))
	w.apply(setting("self"))
	w.trigger("job.set")
	w.await("set#1 succeeded", w.builds)
	if got := w.pipelines(); got != "demo 2" {
		t.Errorf("pipelines %s", got)
	}
	w.trigger("job.child")
	w.await("child#1 succeeded, set#1 succeeded", w.builds)
	w.sound()
}

// A pipeline that is archived, or destroyed, takes its children along, and theirs.
func TestChildrenGoWithTheirParent(t *testing.T) {
	for name, end := range map[string]func(w *world){
		"archived":  func(w *world) { w.ok(w.s.ArchivePipeline(w.Context(), "main", "demo", "ann", true)) },
		"destroyed": func(w *world) { w.reapply("demo", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.worker("w1", 4, compiling(w))
			w.server("s1", w.setter(nil))
			w.apply(setting("a"))
			w.trigger("job.set")
			w.await("set#1 succeeded", w.builds)
			end(w)
			if got := w.query("SELECT name FROM pipelines WHERE archived AND name <> 'demo'"); got != "a" {
				t.Errorf("archived: %s", got)
			}
			w.sound()
		})
	}
}

// An older build leaves alone what a newer one has set.
func TestAnOlderBuildSetsNothing(t *testing.T) {
	w := newWorld(t)
	first, started := make(chan struct{}), make(chan struct{}, 1)
	how := compiling(w)
	w.worker("w1", 4, func(r run) end {
		if r.label("number") == "1" && r.label("step") == "a" {
			started <- struct{}{}
			select {
			case <-first:
			case <-r.ctx.Done():
			}
		}
		return how(r)
	})
	w.server("s1", w.setter(nil))
	w.apply(setting("a"))
	w.trigger("job.set")
	<-started
	w.trigger("job.set")
	w.await("set#1 running, set#2 succeeded", w.builds)
	close(first)
	w.await("set#1 succeeded, set#2 succeeded", w.builds)
	if got := w.pipelines(); got != "a 1, demo 1" {
		t.Errorf("pipelines %s", got)
	}
	want := "left pipeline a as it is: build demo/set #2, which is newer, has set it"
	if got := w.query("SELECT s.message FROM steps s JOIN builds b ON b.id = s.build_id WHERE b.number = 1 AND s.kind = 'set_pipeline'"); got != want {
		t.Errorf("the step says %q", got)
	}
	w.sound()
}

// What a policy forbids is neither the user's fault nor ours, and is in the audit.
func TestAPipelineThatAPolicyForbids(t *testing.T) {
	w := newWorld(t)
	w.worker("w1", 4, compiling(w))
	w.server("s1", w.setter(&state.SetAnswer{Refused: true, Message: "no", Fault: state.FaultPolicy}))
	w.apply(setting("a"))
	w.trigger("job.set")
	w.await("set#1 failed", w.builds)
	if got := w.query("SELECT b.fault || ' ' || s.fault || ' ' || b.message FROM builds b JOIN steps s ON s.build_id = b.id AND s.kind = 'set_pipeline'"); got != `policy policy set_pipeline "a": no` {
		t.Errorf("%s", got)
	}
	if got := w.pipelines(); got != "demo 1" {
		t.Errorf("pipelines %s", got)
	}
	if got := w.query("SELECT actor FROM audit_events WHERE action = 'pipeline.denied'"); got != "build demo/set #1" {
		t.Errorf("audit %s", got)
	}
	w.sound()
}

package reconciler_test

import (
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// What people do gets its place in the audit's chain with the next look at garbage.
func TestTheAuditIsSealed(t *testing.T) {
	w := newWorld(t)
	w.server("s1")
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{task("a")}}}))
	w.ok(w.s.Enqueue(w.Context(), state.KeyGC))
	w.await("0", func() string { return w.query("SELECT count(*)::text FROM audit_events WHERE seq IS NULL") })
}

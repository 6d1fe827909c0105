package reconciler

import (
	"context"
	"fmt"

	"github.com/weirci/weir/reconciler/build"
	"github.com/weirci/weir/state"
)

// Setter plans pipelines that builds set. What is wrong with one is in the answer; an
// error is a fault of what it needs to know it, and it is asked again.
type Setter interface {
	Prepare(ctx context.Context, r state.SetRequest) (state.PipelineSet, error)
}

// setPipelines plans what a decision wants set. It is applied with all else that the
// decision does, or not at all, and answered in the same moment.
func (r *Reconciler) setPipelines(ctx context.Context, snap state.BuildSnapshot, cmds []build.Command, ch *state.BuildChange) error {
	for _, cmd := range cmds {
		c, ok := cmd.(build.SetPipeline)
		if !ok {
			continue
		}
		set, err := r.prepare(ctx, state.SetRequest{By: snap.Build, Team: c.Team, Pipeline: c.Pipeline, Graph: c.Graph})
		if err != nil {
			return fmt.Errorf("build %s: set pipeline %s: %w", snap.Build.ID, c.Pipeline, err)
		}
		set.Run = c.Run
		ch.Sets = append(ch.Sets, set)
	}
	if len(ch.Sets) > 0 { // the step goes on by the answer
		ch.Enqueue = append(ch.Enqueue, state.BuildKey(snap.Build.ID))
	}
	return nil
}

func (r *Reconciler) prepare(ctx context.Context, req state.SetRequest) (state.PipelineSet, error) {
	if r.Setter == nil {
		return state.PipelineSet{Answer: state.SetAnswer{Refused: true, Message: "this server sets no pipelines", Fault: state.FaultSystem}}, nil
	}
	return r.Setter.Prepare(ctx, req)
}

func setsOf(answers map[string]state.SetAnswer) map[string]build.Set {
	out := map[string]build.Set{}
	for run, a := range answers {
		out[run] = build.Set{Done: true, Refused: a.Refused, Message: a.Message, Fault: a.Fault}
	}
	return out
}

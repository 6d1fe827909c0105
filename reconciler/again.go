package reconciler

import (
	"context"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/build"
	"github.com/weirci/weir/reconciler/schedule"
	"github.com/weirci/weir/state"
)

// again says that a build does another one again: its inputs and revision are known.
func again(cause string) bool { return cause == "rerun" || cause == "resume" }

// known are the inputs that a pending build has already. One that does another again
// chooses none, also where that had none.
func known(b state.OpenBuild) []schedule.Chosen {
	out := fixed(b.Fixed)
	if out == nil && again(b.Cause) {
		return []schedule.Chosen{}
	}
	return out
}

// seedsAgain gives the builds that do others again the steps of the revision that those
// had.
func (r *Reconciler) seedsAgain(ctx context.Context, snap state.JobSnapshot, ch *state.JobChange) error {
	for i, start := range ch.Start {
		for _, b := range snap.Open {
			if b.ID != start.ID || !again(b.Cause) || b.Revision == snap.Job.Revision {
				continue
			}
			ix, err := r.index(ctx, snap.Job.PipelineID, b.Revision)
			if err != nil {
				return err
			}
			if spec, ok := ix.byID[snap.Job.ID].Spec.(graph.Job); ok {
				ch.Start[i].Seeds = seeds(build.Seeds(spec))
			}
		}
	}
	return nil
}

func beforeOf(b *state.BuildBefore) *build.Before {
	if b == nil {
		return nil
	}
	out := &build.Before{Number: b.Number, Steps: map[string]build.BeforeStep{}, Artifacts: map[string]build.Kept{}, Answers: b.Answers}
	for _, s := range b.Steps {
		out.Steps[s.Path] = build.BeforeStep{Name: s.Name, Status: s.Status}
	}
	for _, a := range b.Artifacts {
		out.Artifacts[a.Name] = build.Kept{Artifact: build.Artifact{Run: a.Run, Worker: a.Worker, Volume: a.Volume}, Path: a.Path, Kind: a.Kind}
	}
	return out
}

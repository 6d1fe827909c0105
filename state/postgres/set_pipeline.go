package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
	"github.com/weirci/weir/worker/logfile"
)

func loadSets(ctx context.Context, q *db.Queries, snap *state.BuildSnapshot) error {
	rows, err := q.SetsOfBuild(ctx, snap.Build.ID)
	for _, r := range rows {
		if snap.Sets == nil {
			snap.Sets = map[string]state.SetAnswer{}
		}
		snap.Sets[r.RunID] = state.SetAnswer{Refused: r.Refused, Message: r.Message, Fault: state.Fault(r.Fault)}
	}
	return err
}

// setPipelines applies what a build sets, and answers. A run is answered once: a
// second answer is an error, which takes along what was applied with it.
// ErrConflict: what was planned has moved meanwhile.
func (s *Store) setPipelines(ctx context.Context, q *db.Queries, snap state.BuildSnapshot, sets []state.PipelineSet) error {
	for _, set := range sets {
		if err := setPipeline(ctx, q, snap, &set); err != nil {
			return err
		}
		a := set.Answer
		if err := q.AnswerSet(ctx, db.AnswerSetParams{RunID: set.Run, BuildID: snap.Build.ID, Refused: a.Refused, Message: cleanText(a.Message), Fault: string(a.Fault)}); err != nil {
			return fmt.Errorf("answer run %s: %w", set.Run, err)
		}
		log := logRecords(snap.Now, set.Log)
		if err := q.EndSetLog(ctx, int64(len(log)), append([]byte{}, s.logs.Pack(log)...), set.Run); err != nil {
			return fmt.Errorf("log of run %s: %w", set.Run, err)
		}
	}
	return nil
}

func setPipeline(ctx context.Context, q *db.Queries, snap state.BuildSnapshot, set *state.PipelineSet) error {
	if set.Event != nil {
		if err := appendEvent(ctx, q, set.TeamID, *set.Event); err != nil {
			return err
		}
	}
	if set.Desired == nil {
		return nil
	}
	in := ApplyInput{TeamID: set.TeamID, Pipeline: set.Pipeline, Actor: BuildActor(snap.Build), PlanDigest: set.PlanDigest, Desired: set.Desired, Build: snap.Build.ID}
	for a, base := range set.Guards {
		in.Guards = append(in.Guards, Guard{Address: a, Base: base})
	}
	_, err := apply(ctx, q, in)
	var stale *state.StaleError
	var newer *newerSetter
	switch {
	case errors.As(err, &stale):
		return state.ErrConflict
	case errors.As(err, &newer):
		set.Answer.Message = fmt.Sprintf("left pipeline %s as it is: %v", set.Pipeline, newer)
		set.Log = "Warning: " + set.Answer.Message + ".\n"
		return nil
	}
	return err
}

// BuildActor is what the audit calls a build that does something.
func BuildActor(b state.BuildRow) string {
	return fmt.Sprintf("build %s/%s #%d", b.Pipeline, b.Job.Name(), b.Number)
}

// newerSetter is why a build may not set a pipeline.
type newerSetter struct{ db.NewerSetterRow }

func (n *newerSetter) Error() string {
	return fmt.Sprintf("build %s/%s #%d, which is newer, has set it", n.Pipeline, graph.Address(n.Address).Name(), n.BuildNumber)
}

// claimChild makes a pipeline that is being applied the child of the build that sets
// it, or nobody's, where a person applies it. The caller has locked it.
func claimChild(ctx context.Context, q *db.Queries, in ApplyInput, pipelineID string) error {
	if in.Build == "" {
		return q.ForgetParents(ctx, pipelineID)
	}
	newer, err := q.NewerSetter(ctx, pipelineID, in.Build)
	if err != nil {
		return err
	}
	if len(newer) > 0 {
		return &newerSetter{newer[0]}
	}
	return q.SetParent(ctx, pipelineID, in.Build)
}

// logRecords is text as a run's log has it.
func logRecords(at time.Time, text string) []byte {
	if text == "" {
		return nil
	}
	return logfile.Append(nil, logfile.Record{Stream: logfile.Stdout, At: at, Data: []byte(text)})
}

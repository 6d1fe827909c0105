package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

func insertSteps(ctx context.Context, q *db.Queries, build string, seeds []state.StepSeed) error {
	if len(seeds) == 0 {
		return nil
	}
	p := db.InsertStepsParams{BuildID: build}
	for _, s := range seeds {
		p.Paths, p.Ords, p.Kinds, p.Names = append(p.Paths, s.Path), append(p.Ords, int32(s.Ord)), append(p.Kinds, s.Kind), append(p.Names, s.Name)
	}
	if err := q.InsertSteps(ctx, p); err != nil {
		return fmt.Errorf("insert steps: %w", err)
	}
	return nil
}

// moveSteps moves rows that are still as they were; a decision on rows that have
// moved is refused whole.
func moveSteps(ctx context.Context, q *db.Queries, snap state.BuildSnapshot, changes []state.StepChange) error {
	if len(changes) == 0 {
		return nil
	}
	p := db.MoveStepsParams{BuildID: snap.Build.ID, Now: snap.Now}
	var subjects []string
	for _, c := range changes {
		p.Paths, p.Froms, p.Tos = append(p.Paths, c.Path), append(p.Froms, string(c.From.Status)), append(p.Tos, string(c.To.Status))
		p.Attempts, p.Messages = append(p.Attempts, int32(c.To.Attempt)), append(p.Messages, c.To.Message)
		p.Faults = append(p.Faults, string(c.To.Fault))
		p.Retries, p.Ends = append(p.Retries, orEpoch(c.To.RetryAt)), append(p.Ends, c.To.Status.Terminal())
		subjects = append(subjects, stepSubject(snap.Build.ID, c.Path))
	}
	if err := q.MoveSteps(ctx, p); err != nil {
		return fmt.Errorf("move steps: %w", err)
	}
	return q.DropConditions(ctx, subjects)
}

func stepSubject(build, path string) string { return "step/" + build + "/" + path }

// orEpoch is a time that PostgreSQL surely takes; it is not used where t is zero.
func orEpoch(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0)
	}
	return t
}

func putConditions(ctx context.Context, q *db.Queries, cs []state.Condition) error {
	if len(cs) == 0 {
		return nil
	}
	var subjects, reasons, messages []string
	for _, c := range cs {
		subjects, reasons, messages = append(subjects, c.Subject), append(reasons, c.Reason), append(messages, c.Message)
	}
	if err := q.PutConditions(ctx, subjects, reasons, messages); err != nil {
		return fmt.Errorf("write conditions: %w", err)
	}
	return nil
}

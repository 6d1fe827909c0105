package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// tagSeparator is in no tag.
const tagSeparator = "\x1f"

func insertRuns(ctx context.Context, q *db.Queries, build string, runs []state.NewRun) error {
	if len(runs) == 0 {
		return nil
	}
	p := db.InsertBuildRunsParams{BuildID: build}
	for _, r := range runs {
		p.Ids, p.Paths, p.Attempts = append(p.Ids, r.ID), append(p.Paths, r.Path), append(p.Attempts, int32(r.Attempt))
		p.Kinds, p.Tasks, p.Workers = append(p.Kinds, r.Kind), append(p.Tasks, r.Task), append(p.Workers, r.Worker)
		p.Hiddens = append(p.Hiddens, r.Hidden)
		p.Platforms, p.Cpus, p.Memories = append(p.Platforms, r.Asks.Platform), append(p.Cpus, r.Asks.CPU), append(p.Memories, r.Asks.Memory)
		p.Looses, p.Interruptibles = append(p.Looses, r.Asks.Loose), append(p.Interruptibles, r.Asks.Interruptible)
		p.Tags = append(p.Tags, strings.Join(r.Tags, tagSeparator))
	}
	if err := q.InsertBuildRuns(ctx, p); err != nil {
		return fmt.Errorf("insert runs: %w", err)
	}
	return nil
}

// RunResult is what a run has answered; nil: nothing, or it is forgotten.
func (s *Store) RunResult(ctx context.Context, id string) ([]byte, error) {
	result, err := s.q.RunResult(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("result of run %s: %w", id, notFound(err))
	}
	return result, nil
}

// killRuns asks for the end of runs: their workers are told, and for those that
// have none unplaced is true.
func killRuns(ctx context.Context, q *db.Queries, ids []string) (unplaced bool, err error) {
	if len(ids) == 0 {
		return false, nil
	}
	workers, err := q.KillRuns(ctx, ids)
	if err != nil {
		return false, fmt.Errorf("kill runs: %w", err)
	}
	var told []string
	for _, w := range workers {
		if w == "" {
			unplaced = true
		} else {
			told = append(told, w)
		}
	}
	return unplaced, notifyWorkers(ctx, q, told)
}

// abandonRuns ends runs as nobody waits for them any more.
func abandonRuns(ctx context.Context, q *db.Queries, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	workers, err := q.AbandonRuns(ctx, "its build was ended by force", ids)
	if err != nil {
		return fmt.Errorf("abandon runs: %w", err)
	}
	return notifyWorkers(ctx, q, slices.DeleteFunc(workers, func(w string) bool { return w == "" }))
}

func notifyWorkers(ctx context.Context, q *db.Queries, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return q.NotifyWorkers(ctx, ids)
}

package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// WaitingForKey are the jobs of a team with pending builds of a concurrency key.
func (s *Store) WaitingForKey(ctx context.Context, teamID, key string) ([]string, error) {
	ids, err := s.q.WaitingForKey(ctx, teamID, key)
	return ids, wrap(err, "find the jobs that wait for concurrency key "+key)
}

func (l *inputLoader) rivals(ctx context.Context, q *db.Queries) error {
	if l.query.Key == "" {
		return nil
	}
	rows, err := q.Rivals(ctx, l.query.TeamID, l.query.Key)
	for _, r := range rows {
		l.facts.Rivals = append(l.facts.Rivals, state.Rival{
			ID: r.ID, Pipeline: r.Pipeline, Job: graph.Address(r.Address), Number: r.Number, Running: r.Running, Ready: r.Ready, Ending: r.Ending, Priority: int64(r.Priority),
		})
	}
	return err
}

// roomForKey looks again, under the key's lock, whether there is room for what is
// to be started.
func roomForKey(ctx context.Context, q *db.Queries, ch state.JobChange) error {
	if ch.Key == "" {
		return nil
	}
	running, err := q.RunningWithKey(ctx, ch.Job.TeamID, ch.Key)
	if err == nil && int(running)+len(ch.Start) > ch.Limit {
		err = state.ErrConflict
	}
	return err
}

// seeTicks makes the builds that wait to be started, each tick's once: the schedule
// must still be where it was.
func seeTicks(ctx context.Context, q *db.Queries, ch state.JobChange) error {
	if !ch.Seen.IsZero() {
		n, err := q.SeeTick(ctx, ch.Seen, ch.Job.ID, ch.Job.LastTick)
		if err == nil && n == 0 {
			err = state.ErrConflict
		}
		if err != nil {
			return err
		}
	}
	for _, inputs := range ch.Queue {
		if err := createWaiting(ctx, q, ch.Job.ID, "version", nil, inputs...); err != nil {
			return err
		}
	}
	for _, at := range ch.Ticks {
		if err := createWaiting(ctx, q, ch.Job.ID, "schedule", &at); err != nil {
			return err
		}
	}
	return nil
}

func createWaiting(ctx context.Context, q *db.Queries, job, cause string, tick *time.Time, inputs ...state.BuildInput) error {
	id, err := q.CreateWaitingBuild(ctx, cause, tick, job)
	if errors.Is(err, pgx.ErrNoRows) {
		return state.ErrConflict // the job is being deleted
	}
	if err != nil {
		return err
	}
	return insertInputs(ctx, q, id, inputs)
}

// takeOver ends the builds whose place another takes, and says what is to be looked
// at because of that.
func takeOver(ctx context.Context, q *db.Queries, ch state.JobChange) (keys []state.Key, waitNoMore []string, err error) {
	for id, message := range ch.Aborted {
		row, err := q.TakeOver(ctx, "concurrency key "+ch.Key, message, id)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range row {
			keys, waitNoMore = append(keys, state.BuildKey(id)), append(waitNoMore, "build/"+id)
			if r.JobID != ch.Job.ID {
				keys = append(keys, state.JobKey(r.JobID))
			}
			if err := q.Notify(ctx, ChannelBuild, id); err != nil {
				return nil, nil, err
			}
		}
	}
	if !ch.Others {
		return keys, waitNoMore, nil
	}
	others, err := q.WaitingWithJob(ctx, ch.Job.ID)
	for _, id := range others {
		keys = append(keys, state.JobKey(id))
	}
	return keys, waitNoMore, err
}

// startClocks notes what jobs share with others, when they start by themselves, and
// before which others.
func (w writer) startClocks(ctx context.Context) error {
	var addresses, keys, schedules []string
	var priorities []int16
	for _, n := range w.changes.put {
		job, ok := n.Spec.(graph.Job)
		if !ok {
			continue
		}
		clock := job.Schedule.Cron
		if clock != "" {
			clock += " " + job.Schedule.Timezone
		}
		addresses, keys, schedules = append(addresses, string(n.Address)), append(keys, job.Concurrency.Key), append(schedules, clock)
		priorities = append(priorities, int16(job.Priority))
	}
	if len(addresses) == 0 {
		return nil
	}
	return w.q.StartClocks(ctx, db.StartClocksParams{PipelineID: w.pipelineID, Addresses: addresses, Keys: keys, Schedules: schedules, Priorities: priorities})
}

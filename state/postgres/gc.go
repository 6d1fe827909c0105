package postgres

import (
	"context"
	"fmt"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// LoadGarbage is what may have to go: containers and outputs of builds and checks
// that have ended, and workers.
func (s *Store) LoadGarbage(ctx context.Context, keep state.GarbageKeep) (state.GarbageSnapshot, error) {
	var snap state.GarbageSnapshot
	containers, err := s.q.GarbageContainers(ctx)
	if err != nil {
		return snap, fmt.Errorf("load containers: %w", err)
	}
	for _, c := range containers {
		snap.Containers = append(snap.Containers, state.GarbageContainer{
			Run: c.RunID, Worker: c.WorkerID, Ended: c.EndedAt, RunEnded: c.RunEndedAt, Failed: c.FailedAt, Pressed: c.Pressed,
		})
	}
	volumes, err := s.q.GarbageVolumes(ctx, keep.Ended.Seconds(), keep.Failed.Seconds())
	if err != nil {
		return snap, fmt.Errorf("load volumes: %w", err)
	}
	for _, v := range volumes {
		snap.Volumes = append(snap.Volumes, state.GarbageVolume{Worker: v.WorkerID, Handle: v.Handle, Ended: v.EndedAt, Failed: v.FailedAt, Orphan: v.Orphan})
	}
	caches, err := s.q.GarbageCaches(ctx)
	if err != nil {
		return snap, fmt.Errorf("load caches: %w", err)
	}
	for _, v := range caches {
		snap.Volumes = append(snap.Volumes, state.GarbageVolume{Worker: v.WorkerID, Handle: v.Handle, Cache: true, Ended: v.UsedAt, Orphan: v.Orphan})
	}
	var places state.PlaceSnapshot
	if err := loadWorkers(ctx, s.q, &places, false); err != nil {
		return snap, err
	}
	snap.Workers = places.Workers
	snap.Now, err = s.q.DatabaseNow(ctx)
	return snap, err
}

// CommitGarbage does what was decided about garbage, and tells the workers.
func (s *Store) CommitGarbage(ctx context.Context, c state.Claim, snap state.GarbageSnapshot, ch state.GarbageChange) error {
	err := s.fenced(ctx, c, func(q *db.Queries) error { return commitGarbage(ctx, q, snap, ch) })
	if err != nil {
		return fmt.Errorf("commit garbage: %w", err)
	}
	return nil
}

func commitGarbage(ctx context.Context, q *db.Queries, snap state.GarbageSnapshot, ch state.GarbageChange) error {
	var workers, volumeWorkers, handles []string
	for _, v := range ch.Volumes {
		volumeWorkers, handles = append(volumeWorkers, v.Worker), append(handles, v.Handle)
	}
	if len(ch.Containers) > 0 {
		if err := q.DestroyContainerRows(ctx, ch.Containers); err != nil {
			return err
		}
	}
	if len(handles) > 0 {
		if err := q.DestroyVolumeRows(ctx, volumeWorkers, handles); err != nil {
			return err
		}
	}
	if len(ch.Workers) > 0 {
		if err := deleteOldWorkers(ctx, q, ch.Workers); err != nil {
			return err
		}
	}
	checks, err := q.DeleteOldCheckRuns(ctx, &ch.ChecksOver)
	if err != nil {
		return err
	}
	counts := counts{"container": int64(len(ch.Containers)), "worker": int64(len(ch.Workers)), "check": checks}
	for _, v := range ch.Volumes {
		if v.Cache {
			counts["cache"]++
		} else {
			counts["volume"]++
		}
	}
	if err := counts.write(ctx, q); err != nil {
		return err
	}
	going := map[string]bool{}
	for _, run := range ch.Containers {
		going[run] = true
	}
	for _, c := range snap.Containers {
		if going[c.Run] {
			workers = append(workers, c.Worker)
		}
	}
	return notifyWorkers(ctx, q, append(workers, volumeWorkers...))
}

// Sweep puts everything that is open on the queue which is not there: the safety
// net for what nobody was told of.
func (s *Store) Sweep(ctx context.Context) (int64, error) {
	n, err := s.q.SweepQueue(ctx)
	if err != nil {
		return 0, fmt.Errorf("sweep: %w", err)
	}
	return n, nil
}

// deleteOldWorkers forgets workers that did not answer for long, and says so.
func deleteOldWorkers(ctx context.Context, q *db.Queries, ids []string) error {
	names, err := q.DeleteOldWorkers(ctx, ids)
	for _, name := range names {
		if err != nil {
			return err
		}
		err = insertEvent(ctx, q, nil, state.Event{Actor: weirItself, Action: "worker.forget", Subject: "worker/" + name, Details: change(state.WorkerStalled, nil)})
	}
	return err
}

package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

const workerPrefix = "weirw_"

// ErrNameTaken is returned where a worker that lives has the name.
var ErrNameTaken = errors.New("a worker of that name is alive")

// WorkerIdentity is whom a worker's key stands for.
type WorkerIdentity struct {
	ID, Name string
	Key      WorkerKey
}

// WorkerKey is what is kept of a worker's own key: its hash.
type WorkerKey string

// WorkerKeyOf is what is kept of a key.
func WorkerKeyOf(plain string) WorkerKey { return WorkerKey(hashSecret(plain)) }

// AuthenticateWorker is the worker that a key belongs to, or ErrNotFound.
func (s *Store) AuthenticateWorker(ctx context.Context, plain string) (WorkerIdentity, error) {
	key := WorkerKeyOf(plain)
	row, err := s.q.GetWorkerByKey(ctx, []byte(key))
	if err != nil {
		return WorkerIdentity{}, fmt.Errorf("worker key: %w", notFound(err))
	}
	return WorkerIdentity{ID: row.ID, Name: row.Name, Key: key}, nil
}

// EnrollWorker gives a new worker its row and its key, which is returned once. A
// worker that has not been heard of for longer than dead loses its name to the
// new one, and its key with it; one that lives keeps it: ErrNameTaken.
func (s *Store) EnrollWorker(ctx context.Context, name string, dead time.Duration) (id, key string, err error) {
	key = newSecret(workerPrefix)
	err = s.tx(ctx, func(q *db.Queries) error {
		row, err := q.EnrollWorker(ctx, name, hashSecret(key), dead.Seconds())
		if err != nil {
			return err
		}
		id = row.ID
		details := change(nil, "enrolled")
		if row.Again {
			details["before"] = "enrolled"
		}
		by := cmp.Or(state.OriginOf(ctx).Actor, weirItself)
		return insertEvent(ctx, q, nil, state.Event{Actor: by, Action: "worker.enrol", Subject: "worker/" + name, Details: details})
	})
	if errors.Is(err, state.ErrNotFound) { // no row was made, and none was given
		err = ErrNameTaken
	}
	if err != nil {
		return "", "", fmt.Errorf("enrol worker %s: %w", name, err)
	}
	return id, key, nil
}

// Registration is what a worker says of itself when it connects.
type Registration struct {
	Runtime, Platform, Version string
	Tags                       []string
	Capacity                   int
	Size                       state.WorkerSize
	State                      state.WorkerStatus // what it wants to be: running, landing, retiring
	Has                        []RunRef           // every run that is there
}

// RunRef is one assignment of a run.
type RunRef struct {
	ID    string
	Epoch int64
}

// Registered is the answer to a registration.
type Registered struct {
	Epoch     int64            // calls with an older one are refused from now on
	Positions map[string]int64 // run → where its log goes on; these runs go on
	Forget    []RunRef         // of those that it has: not its own any more
	Lost      []string         // runs that it should have had
}

// RegisterWorker makes a worker the one that it says it is, and reconciles its
// runs with the rows: what should be there and is not is lost.
func (s *Store) RegisterWorker(ctx context.Context, w WorkerIdentity, r Registration) (Registered, error) {
	var out Registered
	err := s.tx(ctx, func(q *db.Queries) (err error) {
		if out.Epoch, err = q.RegisterWorker(ctx, registerParams(w, r)); err != nil {
			return err
		}
		lost, err := loseRuns(ctx, q, w, r.Has)
		if err != nil {
			return err
		}
		open, err := q.OpenRunsOfWorker(ctx, w.ID)
		if err != nil {
			return err
		}
		kept, err := q.KeptContainers(ctx, w.ID)
		if err != nil {
			return err
		}
		out.Positions, out.Forget = settle(r.Has, open, kept)
		out.Lost = lost.ids
		if err := q.Notify(ctx, ChannelWorker, w.ID); err != nil { // older streams end
			return err
		}
		return enqueue(ctx, q, append(lost.keys, state.WorkerKey(w.ID), state.KeyPlace)...)
	})
	if err != nil {
		return Registered{}, fmt.Errorf("register worker %s: %w", w.Name, err)
	}
	return out, nil
}

func registerParams(w WorkerIdentity, r Registration) db.RegisterWorkerParams {
	return db.RegisterWorkerParams{
		ID: w.ID, Status: string(r.State), FromStatus: append(r.State.From(), string(r.State)),
		Runtime: r.Runtime, Platform: r.Platform, Version: r.Version,
		Tags: append([]string{}, r.Tags...), Capacity: int32(r.Capacity),
		CpuMillis: r.Size.CPU, MemoryBytes: r.Size.Memory, MaxTasks: int32(r.Size.MaxTasks), MaxBuilds: int32(r.Size.MaxBuilds),
	}
}

type lostRuns struct {
	ids  []string
	keys []state.Key
}

func loseRuns(ctx context.Context, q *db.Queries, w WorkerIdentity, has []RunRef) (lostRuns, error) {
	ids, epochs := []string{}, []int64{}
	for _, ref := range has {
		ids, epochs = append(ids, ref.ID), append(epochs, ref.Epoch)
	}
	rows, err := q.LoseRunsOfWorker(ctx, "worker "+w.Name+" came back without this run", w.ID, ids, epochs)
	if err != nil || len(rows) == 0 {
		return lostRuns{}, err
	}
	var lost lostRuns
	for _, r := range rows {
		lost.ids = append(lost.ids, r.ID)
		lost.keys = append(lost.keys, ownerKey(r.BuildID, r.ScopeID))
	}
	return lost, q.DestroyContainers(ctx, lost.ids)
}

// ownerKey is what is to be looked at when a run has ended.
func ownerKey(build, scope *string) state.Key {
	if build != nil {
		return state.BuildKey(*build)
	}
	return state.ScopeKey(*scope)
}

// settle splits what a worker has into what goes on and what it is to forget; what
// is kept for people to look at is neither, where the worker knows no more of it.
func settle(has []RunRef, open []db.OpenRunsOfWorkerRow, kept []string) (positions map[string]int64, forget []RunRef) {
	wanted := make(map[RunRef]int64, len(open))
	for _, r := range open {
		wanted[RunRef{r.ID, r.Epoch}] = r.LogOffset
	}
	positions = map[string]int64{}
	for _, ref := range has {
		if offset, ok := wanted[ref]; ok {
			positions[ref.ID] = offset
		} else if ref.Epoch != 0 || !slices.Contains(kept, ref.ID) {
			forget = append(forget, ref)
		}
	}
	return positions, forget
}

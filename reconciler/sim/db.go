package sim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weirci/weir/state"
)

// errDead is what a server gets that has been killed.
var errDead = errors.New("the server is dead")

// DB is a database in memory. It is used by one goroutine.
type DB struct {
	Now          time.Time
	objects      []state.Object
	queue        map[state.Key]*entry
	scopes       map[string]*scope
	jobs         map[string]*job
	builds       []*buildRows
	runs         []*run
	workers      []*worker
	epoch        int64
	ids          int64
	step         int64            // of the history
	placesLooked int64            // the step at which the places were loaded last
	looked       map[string]int64 // by job: the step at which it was loaded last
	rules        rules
	// Errors are what reconcilers could not do; there must be none.
	Errors []error
	// Between is called wherever another server may come in between.
	Between func()
	dead    map[string]bool // holders that are killed
	holder  string          // who speaks
}

type entry struct {
	due, lease time.Time
	holder     string
	epoch      int64
	dirty      bool
	failures   int
}

type job struct {
	paused   bool
	pausedAt int64 // the step of the history; 0: it is not
	next     int64
	tick     time.Time // up to which the schedule was looked at
}

const pipeline = "pipeline"

func newDB(objects []state.Object) *DB {
	db := &DB{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), objects: objects, queue: map[state.Key]*entry{}, scopes: map[string]*scope{}, jobs: map[string]*job{}, dead: map[string]bool{}, looked: map[string]int64{}, rules: newRules(), Between: func() {}}
	return db
}

func (db *DB) newID() string {
	db.ids++
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", db.ids)
}

func (db *DB) enqueue(keys ...state.Key) {
	for _, k := range keys {
		db.enqueueAt(db.Now, k)
	}
}

func (db *DB) enqueueAt(at time.Time, k state.Key) {
	e, ok := db.queue[k]
	if !ok {
		db.queue[k] = &entry{due: at}
		return
	}
	e.dirty = true
	if at.Before(e.due) {
		e.due = at
	}
}

// Claim implements reconciler.Queue.
func (db *DB) Claim(_ context.Context, holder string, n int, lease time.Duration) ([]state.Claim, error) {
	keys := make([]state.Key, 0, len(db.queue))
	for k, e := range db.queue {
		if !e.due.After(db.Now) && e.lease.Before(db.Now) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b state.Key) int { return cmp.Or(db.queue[a].due.Compare(db.queue[b].due), cmp.Compare(a, b)) })
	var out []state.Claim
	for _, k := range keys[:min(n, len(keys))] {
		e := db.queue[k]
		db.epoch++
		e.holder, e.lease, e.epoch, e.dirty = holder, db.Now.Add(lease), db.epoch, false
		out = append(out, state.Claim{Key: k, Epoch: e.epoch, Due: e.due, Failures: e.failures})
	}
	return out, nil
}

func (db *DB) fence(c state.Claim) error {
	if db.dead[db.holder] {
		return errDead
	}
	if e := db.queue[c.Key]; e == nil || e.epoch != c.Epoch || e.holder == "" {
		return state.ErrFenced
	}
	return nil
}

// Extend implements reconciler.Queue.
func (db *DB) Extend(context.Context, time.Duration, ...state.Claim) ([]state.Claim, error) {
	return nil, nil
}

// Release implements reconciler.Queue.
func (db *DB) Release(_ context.Context, c state.Claim, next time.Time) error {
	if err := db.fence(c); err != nil {
		return err
	}
	e := db.queue[c.Key]
	if !e.dirty && next.IsZero() {
		delete(db.queue, c.Key)
		return nil
	}
	if e.dirty {
		next = db.Now
	}
	db.queue[c.Key] = &entry{due: next, epoch: e.epoch}
	return nil
}

// ReleaseFailed implements reconciler.Queue.
func (db *DB) ReleaseFailed(_ context.Context, c state.Claim, delay time.Duration, cause error) error {
	if err := db.fence(c); err != nil {
		return err
	}
	e := db.queue[c.Key]
	db.queue[c.Key] = &entry{due: db.Now.Add(delay), epoch: e.epoch, failures: e.failures + 1}
	if !errors.Is(cause, errDead) && !errors.Is(cause, state.ErrConflict) {
		db.Errors = append(db.Errors, fmt.Errorf("%s: %w", c.Key, cause))
	}
	return nil
}

// Sweep implements reconciler.Queue.
func (db *DB) Sweep(context.Context) (int64, error) {
	for _, b := range db.builds {
		if !b.row.Status.Terminal() {
			db.sweepOne(state.BuildKey(b.row.ID))
		}
		if b.row.Status == state.BuildPending {
			db.sweepOne(state.JobKey(b.row.JobID))
		}
	}
	for id := range db.jobs {
		if db.spec(id).Schedule.Cron != "" {
			db.sweepOne(state.JobKey(id))
		}
	}
	for id, s := range db.scopes {
		if s.requested || s.run != nil {
			db.sweepOne(state.ScopeKey(id))
		}
	}
	for _, w := range db.workers {
		db.sweepOne(state.WorkerKey(w.row.ID))
	}
	db.sweepOne(state.KeyPlace)
	return 0, nil
}

func (db *DB) sweepOne(k state.Key) {
	if db.queue[k] == nil {
		db.queue[k] = &entry{due: db.Now}
	}
}

package sim

import (
	"maps"
	"slices"

	"github.com/weirci/weir/state"
)

// rules are what people have said from outside of the pipeline: see state/postgres/pin.go
// and api_pause.go.
type rules struct {
	paused     bool // the whole pipeline
	pausedAt   int64
	archived   bool // likewise
	archivedAt int64
	pins       map[string]map[string]string // by resource
	disabled   map[string]map[int64]int64   // by resource and version: the step at which it was
	pinned     map[string]int64             // by resource: the step at which it was
}

func newRules() rules {
	return rules{pins: map[string]map[string]string{}, disabled: map[string]map[int64]int64{}, pinned: map[string]int64{}}
}

func (db *DB) enqueueJobs() {
	for id := range db.jobs {
		db.enqueue(state.JobKey(id))
	}
}

func (db *DB) pin(resource string, v version) {
	db.rules.pins[resource], db.rules.pinned[resource] = v.version, db.step
	db.enqueueJobs()
}

func (db *DB) unpin(resource string) {
	delete(db.rules.pins, resource)
	delete(db.rules.pinned, resource)
	db.enqueueJobs()
}

func (db *DB) disable(resource string, v version) {
	if db.rules.disabled[resource] == nil {
		db.rules.disabled[resource] = map[int64]int64{}
	}
	db.rules.disabled[resource][v.id] = db.step
	db.enqueueJobs()
}

func (db *DB) enable(resource string, id int64) {
	delete(db.rules.disabled[resource], id)
	db.enqueueJobs()
}

func (db *DB) pauseJob(id string, paused bool) {
	db.jobs[id].paused, db.jobs[id].pausedAt = paused, 0
	if paused {
		db.jobs[id].pausedAt = db.step
	}
	db.enqueue(state.JobKey(id))
}

func (db *DB) pausePipeline(paused bool) {
	db.rules.paused, db.rules.pausedAt = paused, 0
	if paused {
		db.rules.pausedAt = db.step
	}
	db.enqueueJobs()
}

// archivePipeline is ArchivePipeline, but for the clocks: they are not set anew, so that
// it shows if one loses a tick.
func (db *DB) archivePipeline(archived bool) {
	db.rules.archived, db.rules.archivedAt = archived, 0
	if archived {
		db.rules.archivedAt = db.step
	}
	db.enqueueJobs()
	db.enqueueScopes()
}

func (db *DB) enqueueScopes() {
	for id := range db.scopes {
		db.enqueue(state.ScopeKey(id))
	}
}

// lift takes all of it back.
func (db *DB) lift() {
	for _, id := range slices.Sorted(maps.Keys(db.jobs)) {
		db.pauseJob(id, false)
	}
	db.rules = newRules()
	db.enqueueJobs()
	db.enqueueScopes()
}

// allowed says that an input may have a version as far as people go.
func (db *DB) allowed(in state.InputWanted, v version) bool {
	if _, disabled := db.rules.disabled[in.ResourceID][v.id]; disabled {
		return false
	}
	return contains(v.version, in.Pin) && (in.Pinned || contains(v.version, db.rules.pins[in.ResourceID]))
}

func contains(v, pin map[string]string) bool {
	for k, want := range pin {
		if v[k] != want {
			return false
		}
	}
	return true
}

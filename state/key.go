package state

import "strings"

// Key names what is to be reconciled: "job/<id>", "build/<id>", "scope/<id>",
// "worker/<id>", "notify/<build>/<address>", and the single keys "place", "gc",
// "retention" and "upkeep".
type Key string

// The single keys.
const (
	KeyPlace Key = "place"
	KeyGC    Key = "gc"
	// KeyRetention asks for a look at the history of jobs.
	KeyRetention Key = "retention"
	// KeyUpkeep asks for a look at versions, scopes, revisions and archived pipelines.
	KeyUpkeep Key = "upkeep"
)

// JobKey asks for a look at a job: does it need a build?
func JobKey(id string) Key { return Key("job/" + id) }

// BuildKey asks for a look at a build: what comes next?
func BuildKey(id string) Key { return Key("build/" + id) }

// ScopeKey asks for a look at a scope: is a check due, did one end?
func ScopeKey(id string) Key { return Key("scope/" + id) }

// WorkerKey asks for a look at a worker: is it alive?
func WorkerKey(id string) Key { return Key("worker/" + id) }

// Kind is the word before the slash, ID what follows it.
func (k Key) Kind() string { kind, _, _ := strings.Cut(string(k), "/"); return kind }

// ID is what follows the slash.
func (k Key) ID() string { _, id, _ := strings.Cut(string(k), "/"); return id }

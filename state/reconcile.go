package state

import (
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// What the reconciler loads and commits. A snapshot is one consistent enough
// look: what changes after it puts the key on the queue again, and what would
// break an invariant is checked once more by the commit.

// Object is a node at a revision.
type Object struct {
	ID       string
	Address  graph.Address
	Spec     graph.Spec
	ScopeKey string // of a resource
}

// Condition says why something waits. Subject is job/<id>, build/<id>,
// step/<build>/<path>, run/<id> or scope/<id>.
type Condition struct{ Subject, Reason, Message string }

// StepSeed is a row of steps to be made.
type StepSeed struct {
	Path, Kind, Name string
	Ord              int
}

// NewRun is a row of runs to be made.
type NewRun struct {
	ID, Path, Kind string
	Attempt        int
	Task           []byte // weir.v1.Task
	Tags           []string
	Worker         string // that has its artifacts; "": any
	Hidden         bool   // nobody may see its result, which goes when its build ends
	Asks           Asks
}

// Asks is what a run asks of the worker that gets it.
type Asks struct {
	Platform      string // linux, linux/arm64; "": any
	CPU           int64  // thousandths of a core, kept for it
	Memory        int64  // bytes
	Loose         bool   // it takes no artifact and leaves none
	Interruptible bool   // a worker that leaves does not wait for it
}

// VersionRow is a row of versions.
type VersionRow struct {
	ID      int64
	Order   int64
	Version map[string]string
}

// RunRow is what deciders look at in a row of runs.
type RunRow struct {
	ID, Path      string
	Attempt       int
	Status        RunStatus
	Worker        string
	KillRequested bool
	Created       time.Time
	Started       bool
	ExitCode      *int32
	Message       string
	Infra         bool
	TimedOut      bool
	Loose         bool // see Asks
	Result        []byte
}

package state

import (
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// ScopeSnapshot is a scope with its run.
type ScopeSnapshot struct {
	Now           time.Time
	ID            string
	Resource      graph.Resource
	Type          *graph.ResourceType
	Every         time.Duration
	Timeout       time.Duration
	DueAt         time.Time
	Requested     bool
	RequestedFrom map[string]string
	Latest        map[string]string
	Failures      int
	Run           *RunRow
	Said          string // the last that a run which failed wrote
	Wanted        bool
	Active        bool
	Archived      bool     // the pipelines of all its resources are
	Secrets       Secrets  // what its secrets are read with
	Asked         []string // jobs with builds that wait for what its check says
	// Images are where the image of its type comes from: the first is a resource, the
	// next is what the image of that one's type comes from. None: the type says it.
	Images       []ScopeImage
	CheckedImage string // what the last check was made with; "": no check, or no such image
}

// ScopeImage is a resource whose version is the image of a type.
type ScopeImage struct {
	Resource  graph.Resource
	Type      *graph.ResourceType
	Secrets   Secrets
	Version   map[string]string // nil: there is none, or none that fits its pin
	LastError string            // why its last check failed
	Busy      bool              // a check of it runs, or was asked for
	Checked   bool              // one ever ended
}

// ScopeChange is what a decision does to a scope: at most one of Start, Found and
// Failed is set.
type ScopeChange struct {
	ID        string
	Start     *NewRun
	Image     string // of Start: see ScopeSnapshot.CheckedImage
	Found     *ScopeFound
	Failed    *ScopeFailed
	SetDue    time.Time
	Condition *Condition // nil: it waits for nothing
	Enqueue   []Key
	Answers   bool // builds wait for what was found, or failed
}

// ScopeFound is the answer of a check.
type ScopeFound struct {
	Versions []map[string]string // to be put on top, in this order
	Due      time.Time
}

// ScopeFailed is a check that failed.
type ScopeFailed struct {
	Error    string
	Failures int
	Due      time.Time
	NoRun    bool // it was not even made
}

// ResourceUser is a live resource of a scope: whoever has it wants to know of new
// versions.
type ResourceUser struct {
	PipelineID string
	Revision   int64
	ResourceID string
	Address    graph.Address
}

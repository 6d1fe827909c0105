package state

import "time"

// TriedQuery asks what became of versions in jobs.
type TriedQuery struct {
	Jobs, Resources []string // ids
	Versions        []int64
}

// SeenVersion is a version that people look at.
type SeenVersion struct {
	VersionRow
	Disabled bool // by a person
}

// TriedRow is a build of a job that had a version: one that succeeded, where there
// is one, otherwise the newest.
type TriedRow struct {
	JobID, ResourceID string
	VersionID         int64
	Number            int64
	Status            BuildStatus
}

// KeyState is a key on the queue.
type KeyState struct {
	Queued   bool // it is there
	Due      time.Time
	Held     bool // a server works on it
	Failures int  // in a row
	Error    string
}

// StepNote is what people call a step of a build.
type StepNote struct {
	Path, Kind, Name string
	Ended            bool
}

// RunPlace is where a run of a build is.
type RunPlace struct {
	ID, Path   string
	Attempt    int
	Status     RunStatus
	Worker     string // name
	Stalled    bool   // the worker
	Since      time.Time
	Needs      string // id of the worker that has its artifacts; "": any
	Tags       []string
	TeamID     string
	BuildID    string
	Created    time.Time
	KillWanted bool
}

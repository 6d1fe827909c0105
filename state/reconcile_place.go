package state

import (
	"time"
)

// PlaceSnapshot is all runs without a worker and all workers.
type PlaceSnapshot struct {
	Now     time.Time
	Runs    []UnplacedRun
	Workers []WorkerRow
	Homes   map[string]string // worker by build
	Open    []OpenRuns
	Caches  []JobCaches
}

// PlaceQuery is what a snapshot has beside runs and workers.
type PlaceQuery struct {
	Volumes bool // how many volumes workers have
	Open    bool // Open of all workers, not only of those with MaxBuilds
	Caches  bool
}

// OpenRuns is how many runs of a build a worker has.
type OpenRuns struct {
	Worker, BuildID, JobID string
	Runs                   int
}

// JobCaches is how many caches of a job a worker has.
type JobCaches struct {
	Worker, JobID string
	Caches        int
}

// UnplacedRun is a run without a worker.
type UnplacedRun struct {
	ID, TeamID, BuildID string
	ScopeID, JobID      string
	Kind                string
	Tags                []string
	Asks                Asks
	Needs               string
	Created             time.Time
	KillRequested       bool
	HeldFor             string // the reason that its condition has; "": none
	Priority            int64  // of its job
}

// WorkerRow is what deciders look at in a row of workers.
type WorkerRow struct {
	ID, Name, TeamID string
	Status           WorkerStatus
	Tags             []string
	Capacity         int
	InFlight         int
	Heartbeat        time.Time
	Refuses          string // why it takes no new runs; "": it does
	Platform         string
	Size             WorkerSize
	Load             WorkerLoad
}

// WorkerSize is what a worker has, and how much of it it gives; 0: it does not say.
type WorkerSize struct {
	CPU, Memory         int64 // thousandths of a core, bytes
	MaxTasks, MaxBuilds int   // at once
}

// WorkerLoad is what a worker is at.
type WorkerLoad struct {
	CPU, Memory            int64 // kept for its runs
	Tasks, Builds, Volumes int   // runs of tasks, runs of builds; volumes where they were asked for
}

// PlaceChange is what a decision about places does.
type PlaceChange struct {
	Assign  []Assignment
	Cancel  []string // run ids
	Hold    []Condition
	Enqueue []Key
}

// Assignment gives a run to a worker, with the volumes that it will make there.
type Assignment struct {
	Run, Worker, BuildID string
	Outputs, Caches      []string
}

// GarbageSnapshot is what may have to go.
type GarbageSnapshot struct {
	Now        time.Time
	Containers []GarbageContainer
	Volumes    []GarbageVolume
	Workers    []WorkerRow
}

// GarbageContainer is a row of containers.
type GarbageContainer struct {
	Run, Worker string
	Ended       time.Time // of its build, or the check; zero: not yet
	RunEnded    time.Time
	Failed      time.Time // of a build that somebody may want to look into; zero: none
	Pressed     bool      // its worker has little room left
}

// GarbageVolume is a row of volumes.
type GarbageVolume struct {
	Worker, Handle string
	Cache          bool
	Ended          time.Time // of a cache: its last use
	Failed         time.Time // the end of a build to go on from; zero: none
	Orphan         bool
}

// GarbageKeep says what a snapshot is for: what goes first comes first.
type GarbageKeep struct{ Ended, Failed time.Duration }

// GarbageChange is what a decision about garbage does.
type GarbageChange struct {
	Containers []string // run ids
	Volumes    []GarbageVolume
	Workers    []string  // ids, of those to be deleted
	ChecksOver time.Time // delete runs of checks that ended before
}

package state

import (
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// JobSnapshot is a job and the builds that matter for it.
type JobSnapshot struct {
	Now  time.Time // of the database
	Job  JobRow
	Open []OpenBuild // of it, oldest first
}

// JobRow is a job and the names around it.
type JobRow struct {
	ID, TeamID, PipelineID                            string
	Pipeline                                          string
	Address                                           graph.Address
	LastTick                                          time.Time // of its schedule; zero: it has none
	Revision                                          int64     // of its pipeline, now
	ChangedRevision                                   int64     // that last changed the job
	Paused, PipelinePaused, PipelineArchived, Deleted bool
}

// OpenBuild is a build that is pending or running.
type OpenBuild struct {
	ID, JobID      string
	Number         int64
	Status         BuildStatus
	AbortRequested bool
	Fixed          []BuildInput // of a rerun: its inputs are known
	Cause          string
	Revision       int64
	Created        time.Time
	Checks         []BuildCheck // that it waits for
}

// BuildCheck is a check that a person's build waits for.
type BuildCheck struct {
	ResourceID, ScopeKey string
	Asked                time.Time
}

// FailedCheck is one that a build waited for, and that did not tell what is newest.
type FailedCheck struct {
	Resource graph.Address
	Error    string
}

// BuildInput is a row of build_inputs.
type BuildInput struct {
	Name, ResourceID string
	VersionID        int64
	First            bool
}

// InputQuery asks for what is known about the inputs of a job.
type InputQuery struct {
	JobID           string
	ChangedRevision int64
	Inputs          []InputWanted
	GroupJobs       []string // ids of other jobs in its serial groups
	TeamID, Key     string   // of the concurrency key; "": it has none
}

// InputWanted is one input.
type InputWanted struct {
	Name, ResourceID, ScopeKey string
	Pin                        map[string]string // every key a version must have
	Pinned                     bool              // by the pipeline: pins by hand do not count
	Passed                     []string          // ids of jobs
	Every                      bool
	Newest, Unused             int     // so many versions at most; 0: as many as usual; below: none
	Among                      []int64 // not these numbers of versions: those of these that it may have
}

// InputFacts is the answer.
type InputFacts struct {
	Inputs []InputFact // in the order of the query
	Busy   []OpenBuild // of the jobs in its groups; only those that run
	Queued []OpenBuild // of each of these jobs the oldest that waits for nothing but a group
	Rivals []Rival     // with its concurrency key, oldest first
}

// Rival is an open build of a team with a concurrency key.
type Rival struct {
	ID, Pipeline           string
	Job                    graph.Address
	Number                 int64
	Running, Ready, Ending bool  // ready: pending, and nothing but the key is known to be in its way
	Priority               int64 // of its job
}

// InputFact is what is known about one input.
type InputFact struct {
	Versions   []VersionRow // newest first: that checks found, or that passed every job they should
	More       bool         // there are older ones
	Unused     []VersionRow // with Every: oldest first, that the job has not had since Baseline
	UnusedMore bool
	Used       []int64 // of all of these
	Baseline   int64
	CheckError string
	EverEnded  bool // a check
	Pin        HandPin
	Disabled   int64 // versions of the resource
}

// HandPin is what a person pinned a resource to; Version nil: nobody did.
type HandPin struct {
	Version     map[string]string
	By, Comment string
}

// PastQuery asks for succeeded builds of upstream jobs.
type PastQuery struct {
	Resources []string       // whose versions matter
	Had       []HadVersion   // the newest builds that had it
	Together  [][]HadVersion // is there a build of the one job that had all
}

// HadVersion is a version that builds of a job had or made.
type HadVersion struct {
	JobID, ResourceID string
	VersionID         int64
}

// PastFacts is the answer, in the order of the query.
type PastFacts struct {
	Had      []HadBuilds
	Together []bool
}

// HadBuilds are the newest builds that had a version, newest first.
type HadBuilds struct {
	Builds []PassedBuild
	More   bool // there are older ones
}

// PassedBuild is a succeeded build, with the versions that it had or made of the
// resources that matter, by their ids.
type PassedBuild struct {
	ID       string
	Versions map[string][]int64
}

// JobChange is what a decision does to a job.
type JobChange struct {
	Job        JobRow
	Start      []BuildStart
	Errored    map[string]string // pending builds that can never start, and why
	Conditions []Condition       // of the job and its pending builds: all of them
	Groups     []string          // serial groups that must be free of the builds of GroupJobs
	GroupJobs  []string

	Key     string // concurrency key, "": none; at most Limit builds of it run
	Limit   int
	Others  bool              // the others that wait for the key are to be looked at
	Aborted map[string]string // builds that another takes the place of, and the message
	Queue   [][]BuildInput    // pending builds to be made, for new versions
	Ticks   []time.Time       // and for these ticks
	Seen    time.Time         // the schedule was looked at up to here; zero: it was not
}

// BuildStart starts a build: a pending one, or a new one where ID is "".
type BuildStart struct {
	ID     string
	Inputs []BuildInput
	Seeds  []StepSeed
}

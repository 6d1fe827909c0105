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
	Result        []byte
}

// BuildSnapshot is a build with all its rows.
type BuildSnapshot struct {
	Now       time.Time // of the database
	Build     BuildRow
	Inputs    map[string]map[string]string // versions, by the name of the get
	Steps     map[string]StepRow           // by path
	Runs      []RunRow                     // oldest attempt first
	Artifacts []ArtifactRow
	Fetches   []FetchRow
	Answers   map[string]ApprovalAnswer // by path
	Before    *BuildBefore              // that it resumes; nil: none
}

// BuildRow is a build and the names around it.
type BuildRow struct {
	ID, JobID, TeamID, PipelineID string
	Team, Pipeline                string
	Job                           graph.Address
	Number, Revision              int64
	CurrentRevision               int64 // of the pipeline, now
	Status                        BuildStatus
	CreatedBy, AbortRequestedBy   string
	AbortForcedBy                 string
	Params                        graph.Map // that it was started with
}

// StepRow is what deciders look at in a row of steps.
type StepRow struct {
	Status    StepStatus
	Attempt   int
	StartedAt time.Time // zero: not yet
	RetryAt   time.Time // zero: none
	Message   string
	Fault     Fault
}

// ArtifactRow is a row of artifacts.
type ArtifactRow struct {
	Name, Run, Worker, Volume string
	Fetch                     string // in a change: the key to keep it under for other builds; "": none
	Reused                    bool   // in a change: it is there under this key already
}

// FetchRow is what a worker keeps of something fetched before.
type FetchRow struct {
	Key, Run, Worker, Volume string
	Tags                     []string // of the worker
}

// BuildBefore is what is left of the build that another resumes.
type BuildBefore struct {
	ID        string
	Number    int64
	Steps     []StepBefore
	Artifacts []ArtifactBefore
	Answers   map[string][]byte // of puts that succeeded, by path
}

// StepBefore is a step of it.
type StepBefore struct {
	Path, Name string
	Status     StepStatus
}

// ArtifactBefore is an artifact of it that is still there, and the step that made it.
type ArtifactBefore struct {
	ArtifactRow
	Path, Kind string
}

// BuildChange is what a decision does to a build.
type BuildChange struct {
	Seeds      []StepSeed
	Steps      []StepChange
	Runs       []NewRun
	Kills      []string // run ids
	Abandon    []string // run ids: nobody waits for their end
	Versions   []NewVersion
	Artifacts  []ArtifactRow
	Approvals  []ApprovalAsked
	Status     BuildStatus // "": unchanged
	Message    string
	Fault      Fault
	Conditions []Condition // of its steps
	Enqueue    []Key       // besides what follows by itself: place
	Collect    time.Time   // look for garbage then; zero: no need
}

// StepChange moves a row of steps, which is still as From says, to what To says.
type StepChange struct {
	Path     string
	From, To StepRow
}

// NewVersion is what a get or put said.
type NewVersion struct {
	Step, ResourceID, ScopeKey string
	Version                    map[string]string
	Metadata                   []byte // JSON list
	Output                     bool   // a put made it
}

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
	Rivals []Rival     // with its concurrency key, oldest first
}

// Rival is an open build of a team with a concurrency key.
type Rival struct {
	ID, Pipeline           string
	Job                    graph.Address
	Number                 int64
	Running, Ready, Ending bool // ready: pending, and nothing but the key is known to be in its way
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
	Archived      bool    // the pipelines of all its resources are
	Secrets       Secrets // what its secrets are read with
}

// ScopeChange is what a decision does to a scope: at most one of Start, Found and
// Failed is set.
type ScopeChange struct {
	ID        string
	Start     *NewRun
	Found     *ScopeFound
	Failed    *ScopeFailed
	SetDue    time.Time
	Condition *Condition // nil: it waits for nothing
	Enqueue   []Key
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

// PlaceSnapshot is all runs without a worker and all workers.
type PlaceSnapshot struct {
	Now     time.Time
	Runs    []UnplacedRun
	Workers []WorkerRow
	Homes   map[string]string // worker by build
}

// UnplacedRun is a run without a worker.
type UnplacedRun struct {
	ID, TeamID, BuildID string
	ScopeID             string
	Tags                []string
	Needs               string
	Created             time.Time
	KillRequested       bool
	HeldFor             string // the reason that its condition has; "": none
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
	Ended       time.Time
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

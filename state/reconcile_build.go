package state

import (
	"time"

	"github.com/weirci/weir/compiler/graph"
)

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
	Sets      map[string]SetAnswer      // by the run that compiled what was set
	Before    *BuildBefore              // that it resumes; nil: none
	Images    []ImageRow
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
	Parent                        bool      // pipelines were set by its job
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

// ImageRow is the image that a step of a build had, or is to have again.
type ImageRow struct{ Path, Ref, Digest string }

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
	Sets       []PipelineSet
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

package build

import (
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// State is a build as its rows say.
type State struct {
	Build     Build
	Job       graph.Job
	Resources map[graph.Address]graph.Resource     // that the job names, at its revision
	Types     map[graph.Address]graph.ResourceType // and theirs
	Sources   map[string]graph.SecretSource        // of the pipeline's secrets
	Inputs    map[string]map[string]string         // versions, by the name of the get
	Steps     map[string]Step                      // by path
	Runs      map[string][]Run                     // by path, oldest attempt first
	Artifacts map[string]Artifact                  // by name
	Answers   map[string]state.ApprovalAnswer      // by path
	Sets      map[string]Set                       // pipelines that were set, by the run that compiled them
	Fetches   []Fetch                              // of these versions, that workers keep
	Before    *Before                              // the build that it resumes; nil: none
	Images    map[ImageOf]string                   // digests of images that steps had, or are to have again
}

// ImageOf names an image of a step as the pipeline does, without a digest.
type ImageOf struct{ Path, Ref string }

// Build is the row and the names that its steps may ask for.
type Build struct {
	ID, JobID                   string
	Number                      int64
	Team, Pipeline, Job         string
	CreatedBy, URL, ExternalURL string
	Status                      state.BuildStatus
	AbortRequestedBy            string    // "": nobody
	AbortForcedBy               string    // who does not want to wait for its end; "": nobody
	Params                      graph.Map // that it was started with
}

// Step is a row of steps.
type Step struct {
	Status    state.StepStatus
	Attempt   int       // attempts begun
	StartedAt time.Time // of the attempt
	RetryAt   time.Time // ready, but not before
	Message   string
	Fault     state.Fault
}

// Run is a row of runs.
type Run struct {
	ID            string
	Attempt       int
	Status        state.RunStatus
	Worker        string // "": none yet, or gone
	KillRequested bool
	Started       bool
	ExitCode      *int32 // nil: there is none
	Message       string // why there is none
	Infra         bool   // the fault was the worker's
	TimedOut      bool
	Result        []byte
	Loose         bool // it need not be where the build is
}

// Artifact is a directory that a step made.
type Artifact struct {
	Run, Volume string
	Worker      string // "": gone with its worker
}

// Set is what became of a pipeline that a step sets.
type Set struct {
	Done    bool // false: it was asked for
	Refused bool
	Message string
	Fault   state.Fault // of a refusal
}

// Fetch is what a worker keeps of something that an earlier get fetched.
type Fetch struct {
	Key string // see fetchKey
	Artifact
	Tags []string // of the worker
}

// Options are what Decide takes besides the rows.
type Options struct {
	Now    time.Time
	Jitter float64       // in [0, 1), for this decision's retries
	Eval   protocol.Eval // for deferred values
	Losses int           // how often a run that was lost is run again; 0: 3
}

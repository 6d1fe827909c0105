package build

import (
	"slices"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// Command is one thing to be done: AddSteps, StartStep, RetryStep, StartRun, KillRun,
// AbandonRun, AskApproval, SetPipeline, FinishStep, SkipSteps, SaveVersion, AddArtifact,
// FinishBuild.
type Command interface{ command() }

// AddSteps makes rows for the next attempt at a do, parallel or try.
type AddSteps struct{ Steps []Seed }

// StartStep begins an attempt at a step: waiting or ready → running.
type StartStep struct {
	Path    string
	Attempt int
}

// RetryStep lets a step be tried again, not before At: running → ready.
type RetryStep struct {
	Path    string
	At      time.Time
	Message string // why
}

// StartRun makes a run for a step that is running.
type StartRun struct {
	ID       string
	Path     string
	Attempt  int // counts the runs of the path, lost ones too
	Kind     string
	Task     *weirv1.Task
	Worker   string // that has its artifacts; "": any
	Tags     []string
	Hidden   bool   // nobody may see its result
	Platform string // of workers that may have it; "": any
}

// Loose says that a run takes no artifact and leaves none: it need not be where its
// build is.
func (s StartRun) Loose() bool {
	bound := slices.ContainsFunc(s.Task.Mounts, func(m *weirv1.Mount) bool { return m.Kind != "cache" })
	return s.Kind == string(graph.StepTask) && s.Worker == "" && s.Task.ImageVolume == "" && !bound
}

// AskApproval asks people, and blocks the step until one answers.
type AskApproval struct {
	Path, Message string
	Approvers     []string
	Expires       time.Time // zero: never
}

// KillRun asks for the end of a run.
type KillRun struct{ Path, ID string }

// AbandonRun ends a run without waiting for its worker.
type AbandonRun struct{ Path, ID string }

// SetPipeline plans and applies a pipeline that a run has compiled, and answers.
type SetPipeline struct {
	Path, Run      string
	Team, Pipeline string // that the graph is to be of
	Graph          []byte // canonical, not looked at
}

// FinishStep ends a step.
type FinishStep struct {
	Path    string
	Status  state.StepStatus
	Message string
	Fault   state.Fault
}

// SkipSteps ends steps that will not run.
type SkipSteps struct{ Paths []string }

// SaveVersion keeps what a get or a put said: its version is an output of the
// build if it came from a put; the metadata belongs to the version in any case.
type SaveVersion struct {
	Name     string // of the step
	Resource string // address
	Output   bool
	Answer   protocol.Answer
}

// AddArtifact names a directory that a run made, of this build or of an earlier one.
type AddArtifact struct {
	Name     string
	Artifact Artifact
	Fetch    string // other builds may find it under this key; "": it is this build's alone
	Reused   bool   // it was found under the key
}

// FinishBuild ends the build.
type FinishBuild struct {
	Status  state.BuildStatus
	Message string
	Fault   state.Fault
}

func (AddSteps) command()    {}
func (StartStep) command()   {}
func (RetryStep) command()   {}
func (StartRun) command()    {}
func (AskApproval) command() {}
func (SetPipeline) command() {}
func (KillRun) command()     {}
func (AbandonRun) command()  {}
func (FinishStep) command()  {}
func (SkipSteps) command()   {}
func (SaveVersion) command() {}
func (AddArtifact) command() {}
func (FinishBuild) command() {}

// Reason says what kind of thing a step waits for.
type Reason string

// The reasons.
const (
	WaitRun      Reason = "Running"  // its run has not ended
	WaitEnd      Reason = "Ending"   // its run is asked to end
	WaitRetry    Reason = "Retry"    // it will be tried again later
	WaitLimit    Reason = "Limit"    // of the parallel that it is in
	WaitStep     Reason = "Previous" // the steps before it
	WaitApproval Reason = "Approval" // a person
	WaitPending  Reason = "Pending"  // the build itself has not started
)

// Wait is one thing that waits, and why. An empty path is the build.
type Wait struct {
	Path    string
	Reason  Reason
	Message string
}

// Decision is what Decide says.
type Decision struct {
	Commands []Command
	Waits    []Wait
	Wake     time.Time // look again then, if nothing else happens before; zero: no need
}

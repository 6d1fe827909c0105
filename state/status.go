package state

// BuildStatus is where a build is.
type BuildStatus string

// The states of a build.
const (
	BuildPending   BuildStatus = "pending"
	BuildRunning   BuildStatus = "running"
	BuildSucceeded BuildStatus = "succeeded"
	BuildFailed    BuildStatus = "failed"
	BuildErrored   BuildStatus = "errored"
	BuildAborted   BuildStatus = "aborted"
)

// StepStatus is where a step of a build is.
type StepStatus string

// The states of a step.
const (
	StepWaiting   StepStatus = "waiting"
	StepReady     StepStatus = "ready"
	StepBlocked   StepStatus = "blocked" // it asks people
	StepRunning   StepStatus = "running"
	StepSucceeded StepStatus = "succeeded"
	StepFailed    StepStatus = "failed"
	StepErrored   StepStatus = "errored"
	StepAborted   StepStatus = "aborted"
	StepSkipped   StepStatus = "skipped"
)

// RunStatus is where a run is.
type RunStatus string

// The states of a run.
const (
	RunUnplaced RunStatus = "unplaced"
	RunAssigned RunStatus = "assigned"
	RunRunning  RunStatus = "running"
	RunExited   RunStatus = "exited"
	RunLost     RunStatus = "lost"
)

// WorkerStatus is where a worker is.
type WorkerStatus string

// The states of a worker.
const (
	WorkerRunning  WorkerStatus = "running"
	WorkerStalled  WorkerStatus = "stalled"
	WorkerLanding  WorkerStatus = "landing"
	WorkerLanded   WorkerStatus = "landed"
	WorkerRetiring WorkerStatus = "retiring"
)

// table is the allowed moves of one machine.
type table[S ~string] map[S][]S

var (
	buildMoves = table[BuildStatus]{
		BuildPending: {BuildRunning, BuildErrored, BuildAborted},
		BuildRunning: {BuildSucceeded, BuildFailed, BuildErrored, BuildAborted},
	}
	stepMoves = table[StepStatus]{
		StepWaiting: {StepReady, StepBlocked, StepRunning, StepSucceeded, StepFailed, StepErrored, StepAborted, StepSkipped},
		StepReady:   {StepRunning, StepAborted, StepErrored, StepSkipped},
		StepBlocked: {StepSucceeded, StepFailed, StepErrored, StepAborted, StepSkipped},
		StepRunning: {StepReady, StepSucceeded, StepFailed, StepErrored, StepAborted}, // ready again: a retry
	}
	runMoves = table[RunStatus]{
		RunUnplaced: {RunAssigned, RunExited}, // exited: killed before it had a worker
		RunAssigned: {RunRunning, RunExited, RunLost},
		RunRunning:  {RunExited, RunLost},
	}
	workerMoves = table[WorkerStatus]{
		WorkerRunning:  {WorkerStalled, WorkerLanding, WorkerRetiring},
		WorkerStalled:  {WorkerRunning, WorkerLanding, WorkerRetiring},
		WorkerLanding:  {WorkerLanded, WorkerStalled, WorkerRunning, WorkerRetiring},
		WorkerLanded:   {WorkerRunning, WorkerLanding, WorkerRetiring}, // its process came back
		WorkerRetiring: {WorkerStalled, WorkerRunning},                 // likewise
	}
)

// Move checks a build's transition.
func (s BuildStatus) Move(to BuildStatus) error { return buildMoves.check("build", s, to) }

// Move checks a step's transition.
func (s StepStatus) Move(to StepStatus) error { return stepMoves.check("step", s, to) }

// Move checks a run's transition.
func (s RunStatus) Move(to RunStatus) error { return runMoves.check("run", s, to) }

// Move checks a worker's transition.
func (s WorkerStatus) Move(to WorkerStatus) error { return workerMoves.check("worker", s, to) }

// Terminal says that the build has ended.
func (s BuildStatus) Terminal() bool { return len(buildMoves[s]) == 0 }

// Terminal says that the step has ended.
func (s StepStatus) Terminal() bool { return len(stepMoves[s]) == 0 }

// Terminal says that the run has ended.
func (s RunStatus) Terminal() bool { return len(runMoves[s]) == 0 }

// From lists the states that may move to one: the WHERE of the statement that
// does it.
func (s BuildStatus) From() []string { return buildMoves.from(s) }

// From lists the states that may move to this one.
func (s StepStatus) From() []string { return stepMoves.from(s) }

// From lists the states that may move to this one.
func (s RunStatus) From() []string { return runMoves.from(s) }

// From lists the states that may move to this one.
func (s WorkerStatus) From() []string { return workerMoves.from(s) }

func (t table[S]) check(what string, from, to S) error {
	for _, s := range t[from] {
		if s == to {
			return nil
		}
	}
	return &TransitionError{What: what, From: string(from), To: string(to)}
}

func (t table[S]) from(to S) []string {
	var out []string
	for s, next := range t {
		for _, n := range next {
			if n == to {
				out = append(out, string(s))
			}
		}
	}
	return out
}

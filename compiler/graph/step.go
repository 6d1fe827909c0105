package graph

// Step is one node of a job's tree: a name, what every kind of step has, and a
// body, which is one of Get, Put, Task, Do, Parallel, Try.
type Step struct {
	Name    string   `weir:"name,exec"`         // the block's label; "" for do, parallel and try without one
	Timeout int64    `weir:"timeout_ms,policy"` // 0: none
	Retry   Retry    `weir:"retry,policy"`
	Tags    []string `weir:"tags,policy,set"` // of workers
	Hooks   Hooks    `weir:"hooks,exec"`
	Body    Body     `weir:"body,exec"`
}

// Retry says how often a step that did not succeed is run again.
type Retry struct {
	Attempts   int64    `weir:"attempts,policy"`   // runs in all; 0 and 1: no retry
	Backoff    int64    `weir:"backoff_ms,policy"` // before the second run; doubles
	MaxBackoff int64    `weir:"max_backoff_ms,policy"`
	On         []string `weir:"on,policy,set"` // failed errored lost timeout; none: failed and errored
}

// Hooks are steps that run after a step or a job, by its result. Absent is nil.
type Hooks struct {
	OnSuccess []Step `weir:"on_success,exec"`
	OnFailure []Step `weir:"on_failure,exec"`
	OnError   []Step `weir:"on_error,exec"`
	OnAbort   []Step `weir:"on_abort,exec"`
	Ensure    []Step `weir:"ensure,exec"`
}

// StepKind is the word for a kind of step.
type StepKind string

// The kinds of steps.
const (
	StepGet      StepKind = "get"
	StepPut      StepKind = "put"
	StepTask     StepKind = "task"
	StepDo       StepKind = "do"
	StepParallel StepKind = "parallel"
	StepTry      StepKind = "try"
)

// Body is what a step does.
type Body interface {
	body()
	StepKind() StepKind
}

// Get fetches a version of a resource into the artifact named by the step.
type Get struct {
	Resource Address           `weir:"resource,exec"`
	Params   Map               `weir:"params,exec"`
	Trigger  bool              `weir:"trigger,policy"`
	Passed   []Address         `weir:"passed,policy,set"`
	Every    bool              `weir:"every,policy"` // each version, not only the latest
	Version  map[string]string `weir:"version,exec"` // this one only
}

// Put pushes to a resource and, unless NoGet, fetches what it made into the
// artifact named by the step.
type Put struct {
	Resource  Address  `weir:"resource,exec"`
	Params    Map      `weir:"params,exec"`
	GetParams Map      `weir:"get_params,exec"`
	NoGet     bool     `weir:"no_get,exec"`
	Inputs    []string `weir:"inputs,exec,set"` // artifacts; what "detect" found, when written so
	AllInputs bool     `weir:"all_inputs,exec"` // every artifact of the build so far
}

// Task runs a command in a fresh container. A shared task is already merged in.
type Task struct {
	Image         string            `weir:"image,exec"`          // docker.io/…, oci:path; "" with ImageArtifact
	ImageArtifact string            `weir:"image_artifact,exec"` // an artifact of this build that holds an OCI layout or tar
	Run           []string          `weir:"run,exec"`            // argv; with Script, arguments to it
	Script        string            `weir:"script,exec"`         // given to /bin/sh -eu
	Dir           string            `weir:"dir,exec"`            // relative to the step's directory, where inputs are
	User          string            `weir:"user,exec"`
	Env           Map               `weir:"env,exec"`
	Inputs        []string          `weir:"inputs,exec,set"`
	Outputs       []string          `weir:"outputs,exec,set"`
	Caches        []string          `weir:"caches,exec,set"` // absolute paths kept per job and step on a worker
	InputMapping  map[string]string `weir:"input_mapping,exec"`
	OutputMapping map[string]string `weir:"output_mapping,exec"`
	Privileged    bool              `weir:"privileged,exec"`
	Hermetic      bool              `weir:"hermetic,exec"` // no network
	Limits        Limits            `weir:"limits,policy"`
}

// Limits bound what a container may use. Zero means no limit.
type Limits struct {
	CPU    int64 `weir:"cpu_millis,policy"` // thousandths of a core
	Memory int64 `weir:"memory_bytes,policy"`
	Pids   int64 `weir:"pids,policy"`
}

// Do runs steps in order.
type Do struct {
	Steps []Step `weir:"steps,exec"`
}

// Parallel runs steps at once.
type Parallel struct {
	Steps    []Step `weir:"steps,exec"`
	Limit    int64  `weir:"limit,policy"` // 0: all at once
	FailFast bool   `weir:"fail_fast,policy"`
}

// Try runs steps in order and never fails.
type Try struct {
	Steps []Step `weir:"steps,exec"`
}

func (Get) body()      {}
func (Put) body()      {}
func (Task) body()     {}
func (Do) body()       {}
func (Parallel) body() {}
func (Try) body()      {}

// StepKind implements Body.
func (Get) StepKind() StepKind { return StepGet }

// StepKind implements Body.
func (Put) StepKind() StepKind { return StepPut }

// StepKind implements Body.
func (Task) StepKind() StepKind { return StepTask }

// StepKind implements Body.
func (Do) StepKind() StepKind { return StepDo }

// StepKind implements Body.
func (Parallel) StepKind() StepKind { return StepParallel }

// StepKind implements Body.
func (Try) StepKind() StepKind { return StepTry }

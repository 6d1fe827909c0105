package graph

// Step is one node of a job's tree: a name, what every kind of step has, and a
// body, which is one of Get, Put, Task, Load, SetPipeline, Approval, Do,
// Parallel, Try.
type Step struct {
	Name    string   `weir:"name,exec"`         // the block's label; "" for do, parallel and try without one
	When    Value    `weir:"when,exec"`         // nil: always; Bool(false) or Deferred: the step may be skipped
	Timeout int64    `weir:"timeout_ms,policy"` // 0: none
	Retry   Retry    `weir:"retry,policy"`
	Tags    []string `weir:"tags,policy,set"` // of workers
	Across  []Across `weir:"across,exec"`     // run for each of their product; the last varies fastest
	Hooks   Hooks    `weir:"hooks,exec"`
	Body    Body     `weir:"body,exec"`
}

// Across runs a step for each of some values.
type Across struct {
	Var         string `weir:"var,exec"`
	Values      Value  `weir:"values,exec"`          // a List, or Deferred
	MaxInFlight int64  `weir:"max_in_flight,policy"` // 0: one; AllAtOnce: no limit
	FailFast    bool   `weir:"fail_fast,policy"`
}

// AllAtOnce is Across.MaxInFlight without a limit.
const AllAtOnce = -1

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
	StepGet         StepKind = "get"
	StepPut         StepKind = "put"
	StepTask        StepKind = "task"
	StepLoad        StepKind = "load"
	StepSetPipeline StepKind = "set_pipeline"
	StepApproval    StepKind = "approval"
	StepDo          StepKind = "do"
	StepParallel    StepKind = "parallel"
	StepTry         StepKind = "try"
)

// StepKinds are all kinds of steps.
func StepKinds() []StepKind {
	return []StepKind{StepGet, StepPut, StepTask, StepLoad, StepSetPipeline, StepApproval, StepDo, StepParallel, StepTry}
}

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
	Hermetic      bool              `weir:"hermetic,exec"`       // no network
	ImageResource Address           `weir:"image_resource,exec"` // a resource whose latest version is the image
	File          Value             `weir:"file,exec"`           // a definition in an artifact, under what is said here
	Platform      string            `weir:"platform,exec"`       // linux/arm64; "": any
	Network       string            `weir:"network,exec"`        // host; "": outbound only
	Services      []Service         `weir:"services,exec"`       // sorted by name
	Limits        Limits            `weir:"limits,policy"`
}

// Service is a container beside a task's, in its network: ready before the task
// starts, and gone after it.
type Service struct {
	Name       string   `weir:"name,exec"`
	Image      string   `weir:"image,exec"`
	Run        []string `weir:"run,exec"` // none: the image's own command
	Env        Map      `weir:"env,exec"`
	User       string   `weir:"user,exec"`
	Privileged bool     `weir:"privileged,exec"`
	Ready      Ready    `weir:"ready,exec"`
	Limits     Limits   `weir:"limits,policy"`
}

// Ready is how one sees that a service is ready: a command in its container
// that succeeds. Without one it is when it has started.
type Ready struct {
	Command []string `weir:"command,exec"`
	Timeout int64    `weir:"timeout_ms,policy"` // 0: the default, one minute
}

// Limits bound what a container may use. Zero means no limit.
type Limits struct {
	CPU    int64 `weir:"cpu_millis,policy"` // thousandths of a core
	Memory int64 `weir:"memory_bytes,policy"`
	Pids   int64 `weir:"pids,policy"`
}

// Load reads a value out of an artifact; later steps name it load.<step>.
type Load struct {
	File   Value  `weir:"file,exec"`     // the artifact and the path in it
	Format string `weir:"format,exec"`   // json, yaml, trim, raw
	Reveal bool   `weir:"reveal,policy"` // the value may be shown
}

// SetPipeline compiles, plans and applies a pipeline found in an artifact; the
// step's name is the pipeline's, or self.
type SetPipeline struct {
	Dir      Value  `weir:"dir,exec"`
	File     Value  `weir:"file,exec"` // instead of Dir: one file
	Vars     Map    `weir:"vars,exec"`
	Team     string `weir:"team,exec"` // "": the team of this pipeline
	Instance Map    `weir:"instance,exec"`
}

// Approval waits for a person.
type Approval struct {
	Message   Value    `weir:"message,exec"`
	Approvers []string `weir:"approvers,policy,set"` // role:…, user:…; none: members of the team
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

func (Get) body()         {}
func (Put) body()         {}
func (Task) body()        {}
func (Load) body()        {}
func (SetPipeline) body() {}
func (Approval) body()    {}
func (Do) body()          {}
func (Parallel) body()    {}
func (Try) body()         {}

// StepKind implements Body.
func (Get) StepKind() StepKind { return StepGet }

// StepKind implements Body.
func (Put) StepKind() StepKind { return StepPut }

// StepKind implements Body.
func (Task) StepKind() StepKind { return StepTask }

// StepKind implements Body.
func (Load) StepKind() StepKind { return StepLoad }

// StepKind implements Body.
func (SetPipeline) StepKind() StepKind { return StepSetPipeline }

// StepKind implements Body.
func (Approval) StepKind() StepKind { return StepApproval }

// StepKind implements Body.
func (Do) StepKind() StepKind { return StepDo }

// StepKind implements Body.
func (Parallel) StepKind() StepKind { return StepParallel }

// StepKind implements Body.
func (Try) StepKind() StepKind { return StepTry }

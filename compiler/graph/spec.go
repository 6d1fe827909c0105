package graph

// Kind is what a node is.
type Kind string

// The kinds of nodes.
const (
	KindPipeline     Kind = "pipeline"
	KindResourceType Kind = "resource_type"
	KindResource     Kind = "resource"
	KindJob          Kind = "job"
)

// Spec is the definition of a node: Pipeline, ResourceType, Resource or Job.
// Field tags give the canonical name and the class; see the package comment.
// The zero value of a field means its default and is absent from the bytes.
// Durations are milliseconds.
type Spec interface {
	spec()
	Kind() Kind
}

// Pipeline is the node that stands for the pipeline itself.
type Pipeline struct {
	Name        string            `weir:"name,policy"`
	Team        string            `weir:"team,policy"`
	Description string            `weir:"description,meta"`
	Labels      map[string]string `weir:"labels,policy"`
}

// ResourceType is a type of resource that an image implements.
type ResourceType struct {
	Image      string `weir:"image,exec"`
	Privileged bool   `weir:"privileged,exec"`
	Defaults   Map    `weir:"defaults,exec"`
}

// Resource is something outside with versions.
type Resource struct {
	Type         string            `weir:"type,exec"`               // "git" and so on, for a built-in type; "" otherwise
	TypeRef      Address           `weir:"type_ref,exec"`           // the resource type that it is of, if not built in
	Source       Map               `weir:"source,exec"`             // given to check, in and out; type defaults merged in
	CheckEvery   int64             `weir:"check_every_ms,policy"`   // 0: the default, one minute
	CheckNever   bool              `weir:"check_never,policy"`      // checked only on demand
	CheckTimeout int64             `weir:"check_timeout_ms,policy"` // 0: the default, one hour
	Pin          map[string]string `weir:"pin,policy"`              // the only version that may be used
	Tags         []string          `weir:"tags,policy,set"`         // of workers, for its checks
	Public       bool              `weir:"public,policy"`           // versions visible without a token
	Icon         string            `weir:"icon,meta"`
}

// Job is a plan of steps, run for chosen versions of its inputs.
type Job struct {
	Description          string    `weir:"description,meta"`
	MaxInFlight          int64     `weir:"max_in_flight,policy"` // 0: no limit
	SerialGroups         []string  `weir:"serial_groups,policy,set"`
	DisableManualTrigger bool      `weir:"disable_manual_trigger,policy"`
	Interruptible        bool      `weir:"interruptible,policy"`
	Retention            Retention `weir:"retention,policy"`
	Steps                []Step    `weir:"steps,exec"`
	Hooks                Hooks     `weir:"hooks,exec"`
}

// Retention says which builds keep their logs. Zero means no limit.
type Retention struct {
	Builds           int64 `weir:"builds,policy"`
	Days             int64 `weir:"days,policy"`
	MinimumSucceeded int64 `weir:"minimum_succeeded,policy"`
}

func (Pipeline) spec()     {}
func (ResourceType) spec() {}
func (Resource) spec()     {}
func (Job) spec()          {}

// Kind implements Spec.
func (Pipeline) Kind() Kind { return KindPipeline }

// Kind implements Spec.
func (ResourceType) Kind() Kind { return KindResourceType }

// Kind implements Spec.
func (Resource) Kind() Kind { return KindResource }

// Kind implements Spec.
func (Job) Kind() Kind { return KindJob }

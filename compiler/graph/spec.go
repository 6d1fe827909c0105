package graph

// Kind is what a node is.
type Kind string

// The kinds of nodes.
const (
	KindPipeline     Kind = "pipeline"
	KindResourceType Kind = "resource_type"
	KindResource     Kind = "resource"
	KindJob          Kind = "job"
	KindSecretSource Kind = "secret_source"
	KindGroup        Kind = "group"
)

// Spec is the definition of a node: Pipeline, ResourceType, Resource, Job,
// SecretSource or Group.
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
	Display     Display           `weir:"display,meta"`
	Notify      []Notification    `weir:"notify,policy"` // of builds of any job; sorted by name
}

// Notification tells somebody what becomes of builds.
type Notification struct {
	Name   string   `weir:"name,policy"`
	Type   string   `weir:"type,policy"`   // webhook, slack, email, github, gitlab, gitea
	On     []string `weir:"on,policy,set"` // what is told; none: what its type tells by default
	Config Map      `weir:"config,policy"` // deferred values may name secrets, build, event, and in jobs version and params
}

// Display is how the pipeline's page looks.
type Display struct {
	Background string `weir:"background,meta"` // the address of an image
}

// ResourceType is a type of resource that an image implements.
type ResourceType struct {
	Image         string  `weir:"image,exec"`          // "" with ImageResource
	ImageResource Address `weir:"image_resource,exec"` // a resource whose newest version is the image
	Privileged    bool    `weir:"privileged,exec"`
	Defaults      Map     `weir:"defaults,exec"`
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
	Webhook      Webhook           `weir:"webhook,policy"`
	Icon         string            `weir:"icon,meta"`
}

// Webhook lets a request from outside start a check. It is there if it has a
// token.
type Webhook struct {
	Token   Value             `weir:"token,policy"`   // a String or Deferred
	Filters map[string]string `weir:"filters,policy"` // what a request must have: a pattern by header or path in the body
}

// Job is a plan of steps, run for chosen versions of its inputs.
type Job struct {
	Description          string      `weir:"description,meta"`
	MaxInFlight          int64       `weir:"max_in_flight,policy"` // 0: no limit
	Priority             int64       `weir:"priority,policy"`      // a higher one goes first; 0 as default
	SerialGroups         []string    `weir:"serial_groups,policy,set"`
	DisableManualTrigger bool        `weir:"disable_manual_trigger,policy"`
	Interruptible        bool        `weir:"interruptible,policy"`
	Retention            Retention   `weir:"retention,policy"`
	Schedule             Schedule    `weir:"schedule,policy"`
	Concurrency          Concurrency `weir:"concurrency,policy"`
	Params               []Param     `weir:"params,exec"` // sorted by name
	Steps                []Step      `weir:"steps,exec"`
	Hooks                Hooks       `weir:"hooks,exec"`

	Notify []Notification `weir:"notify,policy"` // sorted by name
}

// Schedule starts a build at each tick of a clock. It is there if it has a Cron.
type Schedule struct {
	Cron     string `weir:"cron,policy"`     // five fields, or @daily and so on
	Timezone string `weir:"timezone,policy"` // of the IANA database; "": UTC
	CatchUp  string `weir:"catch_up,policy"` // ticks that were missed: all or none; "": the latest
}

// Concurrency bounds the open builds of all jobs of a team that share a key. It
// is there if it has a Key.
type Concurrency struct {
	Key   string `weir:"key,policy"`
	Limit int64  `weir:"limit,policy"`  // 0: one
	OnNew string `weir:"on_new,policy"` // replace_pending or cancel_running; "": queue
}

// Param is a typed input of a build.
type Param struct {
	Name        string `weir:"name,exec"`
	Type        string `weir:"type,exec"`    // as it is written: list(string); "any" where there is none
	Default     Value  `weir:"default,exec"` // nil: a build needs a value
	Description string `weir:"description,policy"`
}

// SecretSource is where secrets come from: secret.<name>.<path> in the deferred
// values of other nodes.
type SecretSource struct {
	Type   string `weir:"type,exec"` // vault, kubernetes, file, env, …
	Config Map    `weir:"config,exec"`
}

// Group is jobs that are shown together.
type Group struct {
	Description string    `weir:"description,meta"`
	Jobs        []Address `weir:"jobs,policy,set"`
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
func (SecretSource) spec() {}
func (Group) spec()        {}

// Kind implements Spec.
func (Pipeline) Kind() Kind { return KindPipeline }

// Kind implements Spec.
func (ResourceType) Kind() Kind { return KindResourceType }

// Kind implements Spec.
func (Resource) Kind() Kind { return KindResource }

// Kind implements Spec.
func (Job) Kind() Kind { return KindJob }

// Kind implements Spec.
func (SecretSource) Kind() Kind { return KindSecretSource }

// Kind implements Spec.
func (Group) Kind() Kind { return KindGroup }

package config

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/diag"
)

// Name is a word with its place; the zero Name is none.
type Name struct {
	Text  string
	Range diag.Range
}

// Config is everything that a directory says: a module. The root module is the
// pipeline; others are there through its Calls. Blocks are in the order of
// files by name, and of the source inside a file.
type Config struct {
	Settings      []*Settings
	Place         Place
	Loader        Loader // reads the modules of Calls; nil: there are none to read
	Pipelines     []*Pipeline
	Variables     []*Variable
	Locals        []*Local
	ResourceTypes []*ResourceType
	Resources     []*Resource
	Tasks         []*SharedTask
	Jobs          []*Job
	SecretSources []*SecretSource
	Groups        []*Group
	Calls         []*ModuleCall
	Outputs       []*Output
	Moved         []*Moved
	Removed       []*Removed
	Checks        []*Assertions
	Holes         []Hole

	Images map[string]string // locked: what a digest is of, as it is written, and the digest
	Lock   string            // digest of what is locked of modules; "" without any
}

// Pipeline is the pipeline block.
type Pipeline struct {
	Name        Name
	Range       diag.Range // of the block's header, as in every block
	Team        Expr
	Description Expr
	Labels      Expr
	Display     *Display
	Defaults    *Defaults
	Notify      []*Notification
}

// Display is a display block.
type Display struct {
	Range      diag.Range
	Background Expr
}

// Defaults are for every step, and its hooks for every job, that does not say
// otherwise.
type Defaults struct {
	Range   diag.Range
	Timeout Expr
	Tags    Expr
	Retry   *Retry
	Limits  *Limits
	Hooks   Hooks
}

// Variable is an input of the pipeline.
type Variable struct {
	Name        Name
	Range       diag.Range
	Type        cty.Type                  // any: cty.DynamicPseudoType
	Fill        func(cty.Value) cty.Value // puts the defaults of optional attributes in; nil: none
	Default     Expr
	Description Expr
	Sensitive   Expr
	Nullable    Expr
	Validations []*Validation
	Given       *Given
}

// Given is the value that a variable got from outside.
type Given struct {
	Value Expr   // nil where it could not be read, which is reported already
	From  string // "--var branch", "WEIR_VAR_branch"
}

// Validation is a condition on a variable's value.
type Validation struct {
	Range        diag.Range
	Condition    Expr
	ErrorMessage Expr
}

// Local is one named value of a locals block.
type Local struct {
	Name  Name
	Value Expr
}

// ResourceType is a resource_type block.
type ResourceType struct {
	Name       Name
	Range      diag.Range
	Image      Expr
	Privileged Expr
	Defaults   Expr
}

// Resource is a resource block.
type Resource struct {
	Type, Name Name
	Range      diag.Range
	Repeat     Repeat
	Source     Expr
	Pin        Expr
	Tags       Expr
	Icon       Expr
	Public     Expr
	Check      *Check
	Webhook    *Webhook
}

// Webhook is a webhook block.
type Webhook struct {
	Range          diag.Range
	Token, Filters Expr
}

// Check says when a resource is looked at.
type Check struct {
	Range          diag.Range
	Every, Timeout Expr
}

// SharedTask is a task block beside the jobs.
type SharedTask struct {
	Name  Name
	Range diag.Range
	Task  Task
}

// Job is a job block.
type Job struct {
	Name                 Name
	Range                diag.Range
	Repeat               Repeat
	Description          Expr
	MaxInFlight          Expr
	Priority             Expr
	SerialGroups         Expr
	DisableManualTrigger Expr
	Interruptible        Expr
	Retention            *Retention
	Schedule             *Schedule
	Concurrency          *Concurrency
	Params               []*Param
	Steps                []*Step
	Hooks                Hooks
	Notify               []*Notification
}

// Notification is a notify block: whom to tell what becomes of builds.
type Notification struct {
	Type, Name Name
	Range      diag.Range
	On, Config Expr
}

// Retention says which builds keep their logs.
type Retention struct {
	Range                          diag.Range
	Builds, Days, MinimumSucceeded Expr
}

// Schedule is a schedule block.
type Schedule struct {
	Range                   diag.Range
	Cron, Timezone, CatchUp Expr
}

// Concurrency is a concurrency block.
type Concurrency struct {
	Range             diag.Range
	Key, Limit, OnNew Expr
}

// Param is a param block: a typed input of a build that somebody starts.
type Param struct {
	Name        Name
	Range       diag.Range
	Type        cty.Type // any: cty.DynamicPseudoType
	Default     Expr
	Description Expr
}

// SecretSource is a secret_source block: where secret.<name>.… comes from.
type SecretSource struct {
	Type, Name Name
	Range      diag.Range
	Config     Expr
}

// Group is a group block: jobs that are shown together.
type Group struct {
	Name        Name
	Range       diag.Range
	Description Expr
	Jobs        Expr
}

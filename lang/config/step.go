package config

import "github.com/weirci/weir/lang/diag"

// Step is one step of a job, with what every kind of step has.
type Step struct {
	Name    Name // zero for do, parallel and try without a label
	Range   diag.Range
	When    Expr
	Timeout Expr
	Tags    Expr
	Retry   *Retry
	Across  []*Across // the last varies fastest
	Hooks   Hooks
	Body    Body
	Given   Scope // what the iterators of dynamic blocks around it stand for; front ends leave it nil
}

// Across is an across block: the step runs for each value.
type Across struct {
	Name                          Name // of the variable: across.<name>
	Range                         diag.Range
	Values, MaxInFlight, FailFast Expr
}

// Retry is a retry block.
type Retry struct {
	Range                             diag.Range
	Attempts, Backoff, MaxBackoff, On Expr
}

// Hooks are the steps that run by the result; a nil list is an absent hook.
type Hooks struct {
	OnSuccess, OnFailure, OnError, OnAbort, Ensure []*Step
}

// Body is what a step does: *Get, *Put, *Task, *Load, *SetPipeline, *Approval,
// *Do, *Parallel or *Try; or *Dynamic, which stands for several steps.
type Body interface{ body() }

// Get is what a get block says.
type Get struct {
	Resource, Trigger, Passed, Version, Params Expr
}

// Put is what a put block says.
type Put struct {
	Resource, Params, GetParams, Inputs, NoGet Expr
}

// Task is what a task block says, in a job or shared.
type Task struct {
	Uses, Image, Run, Script, Dir, User, Env Expr
	Inputs, Outputs, Caches                  Expr
	InputMapping, OutputMapping              Expr
	Privileged, Hermetic                     Expr
	File, Platform, Network                  Expr
	Limits                                   *Limits
	Services                                 []*Service
}

// Service is a service block: a container beside the task's.
type Service struct {
	Name                              Name
	Range                             diag.Range
	Image, Run, Env, User, Privileged Expr
	Ready                             *Ready
	Limits                            *Limits
}

// Ready is a ready block: how one sees that a service is ready.
type Ready struct {
	Range            diag.Range
	Command, Timeout Expr
}

// Limits is a limits block.
type Limits struct {
	Range             diag.Range
	CPU, Memory, Pids Expr
}

// Load is what a load block says.
type Load struct {
	File, Format, Reveal Expr
}

// SetPipeline is what a set_pipeline block says.
type SetPipeline struct {
	Dir, File, Vars, Team, Instance Expr
}

// Approval is what an approval block says; its timeout is the step's.
type Approval struct {
	Message, Approvers Expr
}

// Do runs its steps in order.
type Do struct{ Steps []*Step }

// Parallel runs its steps at once.
type Parallel struct {
	Steps           []*Step
	Limit, FailFast Expr
}

// Try runs its steps in order and never fails.
type Try struct{ Steps []*Step }

// Dynamic stands for as many steps of one kind as its ForEach has elements.
// Inside of Content, Iterator.key and Iterator.value are the element's.
type Dynamic struct {
	ForEach  Expr
	Iterator Name  // the kind of the steps unless it says otherwise
	Labels   Expr  // a list with the step's name; nil: the key
	Content  *Step // without a name
}

func (*Dynamic) body()     {}
func (*Get) body()         {}
func (*Put) body()         {}
func (*Task) body()        {}
func (*Load) body()        {}
func (*SetPipeline) body() {}
func (*Approval) body()    {}
func (*Do) body()          {}
func (*Parallel) body()    {}
func (*Try) body()         {}

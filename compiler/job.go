package compiler

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// jobUnit is a job while it is compiled.
type jobUnit struct {
	*unit
	job       graph.Address
	passed    []passedEdge
	touches   map[graph.Address]diag.Range
	missing   []missing       // inputs that nothing before makes
	hidden    artifacts       // made inside of across
	defaulted map[string]bool // settings that come from the pipeline's defaults
	unsure    bool            // an error hides which artifacts there are
	at        diag.Range      // of the step that is compiled
	sources   []*config.Step
}

func (m *module) job(j *config.Job, in instance) node {
	address := graph.JobAddress(j.Name.Text) + graph.Address(in.suffix)
	u := &jobUnit{unit: m.unit(), job: address.In(m.address), touches: map[graph.Address]diag.Range{}, defaulted: map[string]bool{}}
	if len(in.given) > 0 {
		u.give(in.given)
	}
	u.run = &running{params: u.paramsByName(j.Params), steps: make(artifacts, 0, len(j.Steps))}
	steps, hooks := u.unfold(j.Steps), m.c.jobHooks(u.unfoldHooks(j.Hooks))
	u.gather(steps, hooks)
	u.scope = u.jobScope()
	spec := graph.Job{
		Description: u.word(j.Description), MaxInFlight: u.whole(j.MaxInFlight, 1), Priority: u.priority(j.Priority), SerialGroups: u.set(j.SerialGroups),
		DisableManualTrigger: u.flag(j.DisableManualTrigger), Interruptible: u.flag(j.Interruptible), Retention: u.retention(j.Retention),
		Schedule: u.schedule(j.Schedule), Concurrency: u.concurrency(j.Concurrency), Params: u.params(j.Params),
	}
	if len(j.Steps) == 0 {
		u.errorf(diag.Empty, j.Range, "Job without steps", "A job holds at least one step: get, put, task, load, set_pipeline, approval, do, parallel or try.")
	}
	have := made{artifacts: make(artifacts, 0, len(u.run.steps)), steps: make(artifacts, 0, len(u.run.steps))}
	spec.Steps, have = u.steps(steps, have)
	spec.Hooks, have = u.hooks(hooks, have)
	u.reportMissing(have.artifacts)
	u.startsItself(j, spec)
	spec.Notify = u.notifications(j.Notify)
	return node{address: u.job, spec: spec, at: j.Range, list: u.list, passed: u.passed, touches: u.touches, steps: u.sources, defaults: sorted(u.defaulted)}
}

func (u *unit) retention(r *config.Retention) graph.Retention {
	if r == nil {
		return graph.Retention{}
	}
	return graph.Retention{Builds: u.whole(r.Builds, 1), Days: u.whole(r.Days, 1), MinimumSucceeded: u.whole(r.MinimumSucceeded, 0)}
}

// gather finds all steps of the job, at any depth, hooks included. The names of
// get steps are those of the build's inputs and the names of load steps those of
// its values, so they must differ.
func (u *jobUnit) gather(steps []*config.Step, h config.Hooks) {
	for _, s := range steps {
		if s.Name.Text != "" {
			u.run.steps = u.run.steps.with(s.Name)
		}
		switch b := s.Body.(type) {
		case *config.Get:
			u.gatherGet(s)
		case *config.Load:
			u.gatherLoad(s)
		case *config.Do:
			u.gather(b.Steps, config.Hooks{})
		case *config.Parallel:
			u.gather(b.Steps, config.Hooks{})
		case *config.Try:
			u.gather(b.Steps, config.Hooks{})
		}
		u.gather(nil, s.Hooks)
	}
	for _, hook := range [][]*config.Step{h.OnSuccess, h.OnFailure, h.OnError, h.OnAbort, h.Ensure} {
		if len(hook) > 0 {
			u.gather(hook, config.Hooks{})
		}
	}
}

func (u *jobUnit) gatherGet(s *config.Step) {
	if first, ok := u.run.gets.find(s.Name.Text); ok {
		u.list.Append(diag.Diagnostic{Code: diag.StepTwice, Range: s.Name.Range, Summary: "Two get steps of one name",
			Detail:  "The name of a get step names its version and its artifact, so it may be used once in a job. With resource = … the name is free to choose.",
			Related: []diag.Related{{Message: "the first one", Range: first.Range}}})
		return
	}
	u.run.gets = u.run.gets.with(s.Name)
}

func (u *jobUnit) gatherLoad(s *config.Step) {
	if first, ok := u.run.loads.find(s.Name.Text); ok {
		u.list.Append(diag.Diagnostic{Code: diag.StepTwice, Range: s.Name.Range, Summary: "Two load steps of one name",
			Detail:  "The name of a load step names its value, so it may be used once in a job.",
			Related: []diag.Related{{Message: "the first one", Range: first.Range}}})
		return
	}
	u.run.loads = u.run.loads.with(s.Name)
}

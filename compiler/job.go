package compiler

import (
	"maps"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// jobUnit is a job while it is compiled.
type jobUnit struct {
	*unit
	job     graph.Address
	passed  []passedEdge
	touches map[graph.Address]diag.Range
	missing []missing // inputs that nothing before makes
	unsure  bool      // an error hides which artifacts there are
	sources []*config.Step
}

func (m *module) job(j *config.Job) node {
	u := &jobUnit{unit: m.unit(), job: graph.JobAddress(j.Name.Text), touches: map[graph.Address]diag.Range{}}
	u.gets = map[string]config.Name{}
	u.gather(j.Steps, j.Hooks)
	u.scope = maps.Clone(m.scope)
	maps.Copy(u.scope, runScope(u.gets))
	spec := graph.Job{
		Description: u.word(j.Description), MaxInFlight: u.whole(j.MaxInFlight, 1), SerialGroups: u.set(j.SerialGroups),
		DisableManualTrigger: u.flag(j.DisableManualTrigger), Interruptible: u.flag(j.Interruptible), Retention: u.retention(j.Retention),
	}
	if len(j.Steps) == 0 {
		u.errorf(diag.Empty, j.Range, "Job without steps", "A job holds at least one step: get, put, task, do, parallel or try.")
	}
	var have artifacts
	spec.Steps, have = u.steps(j.Steps, nil)
	spec.Hooks, have = u.hooks(j.Hooks, have)
	u.reportMissing(have)
	return node{address: u.job, spec: spec, at: j.Range, list: u.list, passed: u.passed, touches: u.touches, steps: u.sources}
}

func (u *unit) retention(r *config.Retention) graph.Retention {
	if r == nil {
		return graph.Retention{}
	}
	return graph.Retention{Builds: u.whole(r.Builds, 1), Days: u.whole(r.Days, 1), MinimumSucceeded: u.whole(r.MinimumSucceeded, 0)}
}

// runScope is what a run will know, as unknown values of the right types: so
// expressions for the run are checked when the pipeline is compiled.
func runScope(gets map[string]config.Name) config.Scope {
	versions := make(map[string]cty.Value, len(gets))
	for name := range gets {
		versions[name] = unknownVersion
	}
	return config.Scope{"version": cty.ObjectVal(versions), "build": unknownBuild}
}

var (
	unknownVersion = cty.UnknownVal(cty.Map(cty.String)).RefineNotNull()
	unknownBuild   = func() cty.Value {
		fields := make(map[string]cty.Value, len(buildFields))
		for _, f := range buildFields {
			fields[f] = cty.UnknownVal(cty.String).RefineNotNull()
		}
		fields["number"] = cty.UnknownVal(cty.Number).RefineNotNull()
		return cty.ObjectVal(fields)
	}()
)

// gather finds all get steps of the job, at any depth, hooks included. Their
// names are those of the build's inputs, so they must differ.
func (u *jobUnit) gather(steps []*config.Step, h config.Hooks) {
	for _, s := range steps {
		switch b := s.Body.(type) {
		case *config.Get:
			u.gatherGet(s)
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
	if first, ok := u.gets[s.Name.Text]; ok {
		u.list.Append(diag.Diagnostic{Code: diag.StepTwice, Range: s.Name.Range, Summary: "Two get steps of one name",
			Detail:  "The name of a get step names its version and its artifact, so it may be used once in a job. With resource = … the name is free to choose.",
			Related: []diag.Related{{Message: "the first one", Range: first.Range}}})
		return
	}
	u.gets[s.Name.Text] = s.Name
}

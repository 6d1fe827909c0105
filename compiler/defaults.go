package compiler

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
)

// stepDefaults are what the pipeline says for steps and jobs that say nothing.
type stepDefaults struct {
	timeout int64
	retry   graph.Retry
	tags    []string
	limits  graph.Limits
	hooks   config.Hooks // of every job without one of the kind; compiled with each
}

func (u *unit) stepDefaults() stepDefaults {
	all := u.c.root.cfg.Pipelines
	if len(all) == 0 || all[0].Defaults == nil {
		return stepDefaults{}
	}
	d := all[0].Defaults
	return stepDefaults{timeout: u.duration(d.Timeout), retry: u.retry(d.Retry), tags: u.set(d.Tags), limits: u.limits(d.Limits), hooks: u.unfoldHooks(d.Hooks)}
}

// jobHooks are the hooks of a job, those that it does not say taken from the
// pipeline's defaults.
func (c *compilation) jobHooks(own config.Hooks) config.Hooks {
	for i, h := range hookLists(&own) {
		if *h == nil {
			*h = *hookLists(&c.defaults.hooks)[i]
		}
	}
	return own
}

func hookLists(h *config.Hooks) [5]*[]*config.Step {
	return [5]*[]*config.Step{&h.OnSuccess, &h.OnFailure, &h.OnError, &h.OnAbort, &h.Ensure}
}

var hookNames = [5]string{"on_success", "on_failure", "on_error", "on_abort", "ensure"}

// hook compiles the steps of a hook. One of the pipeline's defaults names what
// the root module has, whichever module the job is in.
func (u *jobUnit) hook(list []*config.Step, have made) ([]graph.Step, made) {
	name, ok := u.c.defaultHook(list)
	if !ok {
		return u.steps(list, have)
	}
	u.defaulted[name] = true
	m, scope, given := u.m, u.scope, u.given
	defer func() { u.m, u.scope, u.given = m, scope, given }()
	u.m, u.scope, u.given = u.c.root, u.c.root.scope, nil
	u.scope = u.jobScope()
	return u.steps(list, have)
}

// defaultHook says which hook of the pipeline's defaults a list is, if it is one.
func (c *compilation) defaultHook(list []*config.Step) (string, bool) {
	for i, h := range hookLists(&c.defaults.hooks) {
		if len(list) > 0 && len(*h) > 0 && list[0] == (*h)[0] {
			return hookNames[i], true
		}
	}
	return "", false
}

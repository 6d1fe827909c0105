package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// steps compiles steps that run in order. have is what earlier steps made; the
// result is that and what these make.
func (u *jobUnit) steps(list []*config.Step, have made) ([]graph.Step, made) {
	if len(list) == 0 {
		return nil, have
	}
	out := make([]graph.Step, len(list))
	for i, s := range list {
		out[i], have = u.step(s, have)
	}
	return out, have
}

func (u *jobUnit) step(s *config.Step, have made) (graph.Step, made) {
	if s.Given != nil {
		defer u.with(s.Given)()
	}
	u.sources = append(u.sources, s)
	u.run.have = have
	around := u.run.across
	if len(s.Across) > 0 {
		have = have.clip() // what is made inside is not seen outside
	}
	before := have
	out := graph.Step{Name: s.Name.Text, Tags: u.set(s.Tags), Timeout: u.duration(s.Timeout), Retry: u.retry(s.Retry)}
	if s.Name != (config.Name{}) {
		checkName(s.Name, "step", &u.list)
	}
	out.Across = u.across(s)
	out.When = u.when(s.When)
	have = u.body(s, &out, have)
	u.applyDefaults(s, &out)
	have = have.step(s.Name)
	out.Hooks, have = u.hooks(s.Hooks, have)
	u.run.across = around
	if len(s.Across) > 0 {
		u.hidden = append(u.hidden, have.artifacts[len(before.artifacts):]...)
		have = before.step(s.Name)
	}
	return out, have
}

// body compiles what the step does, and gives what is there after it.
func (u *jobUnit) body(s *config.Step, out *graph.Step, have made) made {
	u.at = s.Range
	switch b := s.Body.(type) {
	case *config.Get:
		out.Body, have = u.get(s, b), have.artifact(s.Name)
	case *config.Put:
		out.Body, have = u.put(s, b, have)
	case *config.Task:
		out.Body, have = u.task(s, b, have)
	case *config.Load:
		out.Body, have = u.load(s, b, have), have.load(s.Name)
	case *config.SetPipeline:
		out.Body = u.setPipeline(b, have)
	case *config.Approval:
		out.Body = u.approval(b)
	case *config.Do:
		steps, after := u.steps(b.Steps, have)
		out.Body, have = graph.Do{Steps: steps}, after
	case *config.Try:
		steps, after := u.steps(b.Steps, have)
		out.Body, have = graph.Try{Steps: steps}, after
	case *config.Parallel:
		out.Body, have = u.parallel(b, have)
	}
	return have
}

// applyDefaults gives the pipeline's defaults to steps that do something
// themselves; a default limit on a whole group would surprise.
func (u *jobUnit) applyDefaults(s *config.Step, out *graph.Step) {
	switch s.Body.(type) {
	case *config.Get, *config.Put, *config.Task:
	default:
		return
	}
	d := u.c.defaults
	if s.Timeout == nil && d.timeout > 0 {
		out.Timeout = d.timeout
		u.defaulted["timeout"] = true
	}
	if s.Retry == nil && d.retry.Attempts > 0 {
		out.Retry = d.retry
		u.defaulted["retry"] = true
	}
	if s.Tags == nil && len(d.tags) > 0 {
		out.Tags = d.tags
		u.defaulted["tags"] = true
	}
}

// hooks compiles hooks. What on_success and ensure make is there afterwards;
// the others run only where what follows does not.
func (u *jobUnit) hooks(h config.Hooks, have made) (graph.Hooks, made) {
	var out graph.Hooks
	if len(h.OnSuccess)+len(h.OnFailure)+len(h.OnError)+len(h.OnAbort)+len(h.Ensure) == 0 {
		return out, have // most steps: nothing to copy
	}
	before := have.clip()
	out.OnSuccess, have = u.hook(h.OnSuccess, before)
	out.OnFailure, _ = u.hook(h.OnFailure, before)
	out.OnError, _ = u.hook(h.OnError, before)
	out.OnAbort, _ = u.hook(h.OnAbort, before)
	out.Ensure, have = u.hook(h.Ensure, have)
	return out, have
}

func (u *jobUnit) parallel(p *config.Parallel, have made) (graph.Parallel, made) {
	out := graph.Parallel{Limit: u.whole(p.Limit, 1), FailFast: u.flag(p.FailFast), Steps: make([]graph.Step, len(p.Steps))}
	before := have.clip()
	for i, s := range p.Steps {
		step, after := u.step(s, before)
		out.Steps[i] = step
		more := after.since(before)
		for _, m := range more.artifacts {
			u.atOnce(m, have.artifacts[len(before.artifacts):])
		}
		have = have.plus(more)
	}
	return out, have
}

// atOnce reports an artifact that another branch makes at the same time.
func (u *jobUnit) atOnce(m config.Name, others artifacts) {
	if first, ok := others.find(m.Text); ok {
		u.list.Append(diag.Diagnostic{Code: diag.ArtifactConflict, Range: m.Range, Summary: "Artifact made twice at once",
			Detail:  fmt.Sprintf("Steps that run at once both make the artifact %q, so which one counts would be chance.", m.Text),
			Related: []diag.Related{{Message: "the other one", Range: first.Range}}})
	}
}

// retryReasons is read only.
var retryReasons = []string{"errored", "failed", "lost", "timeout"}

func (u *unit) retry(r *config.Retry) graph.Retry {
	if r == nil {
		return graph.Retry{}
	}
	out := graph.Retry{Attempts: u.whole(r.Attempts, 1), Backoff: u.duration(r.Backoff), MaxBackoff: u.duration(r.MaxBackoff)}
	if r.Attempts == nil {
		u.errorf(diag.MissingField, r.Range, "Retry without attempts", "A retry block says how often the step is run in all: attempts = 2.")
	}
	reasons, _ := u.located(r.On)
	for _, n := range reasons {
		u.choice(n, retryReasons)
		out.On = append(out.On, n.Text)
	}
	slices.Sort(out.On)
	out.On = slices.Compact(out.On)
	return out
}

func (u *jobUnit) get(s *config.Step, g *config.Get) graph.Get {
	out := graph.Get{Resource: u.resourceOf(s, g.Resource), Params: u.data(g.Params), Trigger: u.flag(g.Trigger)}
	u.version(g.Version, &out)
	for _, t := range u.targets(g.Passed, "job") {
		to := graph.Address(t.String())
		out.Passed = append(out.Passed, to)
		u.passed = append(u.passed, passedEdge{from: u.job, to: to, resource: out.Resource, at: t.at})
	}
	slices.Sort(out.Passed)
	out.Passed = slices.Compact(out.Passed)
	return out
}

// version reads "latest", "every" or a version.
func (u *jobUnit) version(e config.Expr, out *graph.Get) {
	v, ok := u.known(e)
	if !ok {
		return
	}
	if !isText(v) {
		out.Version = u.pairs(e)
		return
	}
	u.choice(config.Name{Text: v.AsString(), Range: e.Range()}, []string{"every", "latest"})
	out.Every = v.AsString() == "every"
}

// resourceOf is the resource that a get or put step is about: the one it
// names, or the one of the step's name.
func (u *jobUnit) resourceOf(s *config.Step, e config.Expr) graph.Address {
	var t config.Target
	var ok bool
	if e != nil {
		t, ok = u.target(e, "resource")
	} else {
		t, ok = u.byLabel(s.Name)
	}
	if !ok {
		return ""
	}
	a := graph.Address(t.String())
	if _, there := u.touches[a]; !there {
		u.touches[a] = s.Range
	}
	return a
}

func (u *jobUnit) byLabel(n config.Name) (config.Target, bool) {
	of := u.m.sym.byName[n.Text]
	switch len(of) {
	case 1:
		t := config.Target{Kind: "resource", Type: of[0].Type.Text, Name: n.Text, Module: string(u.m.address)}
		if r := u.m.instancesOf(t); r.how != once {
			if r.how != unknownKeys {
				u.whichInstance(n.Range, t, r)
			}
			return config.Target{}, false
		}
		return t, true
	case 0:
		u.unknown(diag.UnknownResource, n.Range, "resource", n.Text, sorted(u.m.sym.byName))
		return config.Target{}, false
	}
	names := make([]string, len(of))
	for i, r := range of {
		names[i] = "resource = resource." + r.Type.Text + "." + n.Text
	}
	slices.Sort(names)
	u.list.Append(diag.Diagnostic{Code: diag.Ambiguous, Range: n.Range, Summary: "More than one resource of this name",
		Detail: fmt.Sprintf("Resources of %d types are named %q.", len(of), n.Text),
		Fix:    &diag.Fix{Help: "say which: " + strings.Join(names, " or ")}})
	return config.Target{}, false
}

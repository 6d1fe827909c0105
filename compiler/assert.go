package compiler

import (
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/lang/diag"
)

// assertions checks what check blocks say of the compiled pipeline. A module
// sees the jobs and resources of its own.
func (c *compilation) assertions(nodes []node) {
	var compiled map[*module]config.Scope
	c.root.all(func(m *module) {
		if len(m.cfg.Checks) == 0 {
			return
		}
		if compiled == nil {
			compiled = compiledValues(nodes)
		}
		u := m.unit()
		u.give(compiled[m])
		for _, check := range m.cfg.Checks {
			checkName(check.Name, "check", &u.list)
			for _, rule := range check.Asserts {
				u.assert(check, rule)
			}
		}
		m.report(u.list)
	})
}

func (u *unit) assert(check *config.Assertions, rule *config.Validation) {
	if rule.Condition == nil || rule.ErrorMessage == nil {
		u.errorf(diag.MissingField, rule.Range, "Incomplete assertion", "An assert block has a condition and an error_message.")
		return
	}
	before := len(u.list)
	v, ok := u.known(rule.Condition)
	if !ok {
		u.splatHelp(rule.Condition, u.list[before:])
		return
	}
	if u.neverEqual(rule.Condition) {
		return
	}
	holds, err := convert.Convert(v, cty.Bool)
	if err != nil {
		u.errorf(diag.WrongType, rule.Condition.Range(), "Wrong type", "A condition is true or false; this is %s.", kindOf(v))
		return
	}
	message, ok := u.text(rule.ErrorMessage)
	if !ok || holds.True() {
		return
	}
	u.list.Append(diag.Diagnostic{Code: diag.CheckFailed, Range: rule.Condition.Range(), Summary: "Check failed", Detail: message, Values: u.operands(rule.Condition),
		Related: []diag.Related{{Message: "the check", Range: check.Range}}})
}

// checkCompiled checks jobs.… and resources.… in check blocks.
func (u *unit) checkCompiled(r config.Ref) bool {
	if len(r.Path) < 2 {
		return true // all of them
	}
	of, code, what := u.given[r.Root()], diag.UnknownJob, "job"
	if r.Root() == "resources" {
		code, what = diag.UnknownResource, "resource type in use"
	}
	if names := of.AsValueMap(); !has(names)(r.Path[1].Name) {
		u.unknown(code, r.Path[1].Range, what, r.Path[1].Name, sorted(names))
		return false
	}
	return true
}

// compiledValues are the jobs and resources of each module as expressions see
// them: jobs.unit.steps, resources.git.app.source.
func compiledValues(nodes []node) map[*module]config.Scope {
	jobs, resources := map[*module]map[graph.Address]cty.Value{}, map[*module]map[graph.Address]cty.Value{}
	put := func(to map[*module]map[graph.Address]cty.Value, n node, v cty.Value) {
		if to[n.m] == nil {
			to[n.m] = map[graph.Address]cty.Value{}
		}
		to[n.m][n.address] = v
	}
	out := map[*module]config.Scope{}
	for _, n := range nodes {
		switch s := n.spec.(type) {
		case graph.Job:
			put(jobs, n, jobValue(n, s))
		case graph.Resource:
			put(resources, n, specValue(n, nil))
		}
		out[n.m] = nil
	}
	for m := range out {
		out[m] = config.Scope{"jobs": m.jobsValue(jobs[m]), "resources": m.resourcesValue(resources[m])}
	}
	return out
}

func (m *module) jobsValue(by map[graph.Address]cty.Value) cty.Value {
	out := make(map[string]cty.Value, len(m.jobs))
	for name, r := range m.jobs {
		if r.how != unknownKeys {
			out[name] = r.values(func(i int) cty.Value { return by[(graph.JobAddress(name) + graph.Address(r.suffix(i))).In(m.address)] })
		}
	}
	return cty.ObjectVal(out)
}

func (m *module) resourcesValue(by map[graph.Address]cty.Value) cty.Value {
	out := map[string]map[string]cty.Value{}
	for _, x := range m.cfg.Resources {
		r := m.resources[x.Type.Text+"."+x.Name.Text]
		if r == nil || r.how == unknownKeys {
			continue
		}
		if out[x.Type.Text] == nil {
			out[x.Type.Text] = map[string]cty.Value{}
		}
		address := graph.ResourceAddress(x.Type.Text, x.Name.Text)
		out[x.Type.Text][x.Name.Text] = r.values(func(i int) cty.Value { return by[(address + graph.Address(r.suffix(i))).In(m.address)] })
	}
	types := make(map[string]cty.Value, len(out))
	for t, of := range out {
		types[t] = cty.ObjectVal(of)
	}
	return cty.ObjectVal(types)
}

// jobValue is a job with what its steps say put together: the jobs that its
// inputs must have passed, the resources that it gets and puts.
func jobValue(n node, j graph.Job) cty.Value {
	var passed, gets, puts []string
	j.Walk(func(_ int, s graph.Step) {
		switch b := s.Body.(type) {
		case graph.Get:
			gets = append(gets, string(b.Resource))
			for _, p := range b.Passed {
				passed = append(passed, string(p))
			}
		case graph.Put:
			puts = append(puts, string(b.Resource))
		}
	})
	return specValue(n, map[string]cty.Value{"passed": textSet(passed), "gets": textSet(gets), "puts": textSet(puts)})
}

// textSet is a list of strings, sorted, each once.
func textSet(all []string) cty.Value {
	slices.Sort(all)
	var out []cty.Value
	for _, s := range slices.Compact(all) {
		out = append(out, cty.StringVal(s))
	}
	return cty.TupleVal(out) // what [...] is, so that == compares the two
}

// specValue is a node's attributes, present or not, with its address.
func specValue(n node, more map[string]cty.Value) cty.Value {
	out := map[string]cty.Value{"address": cty.StringVal(string(n.address))}
	for k, v := range graph.AllAttributes(n.spec) {
		out[k] = compiledValue(v)
	}
	for k, v := range more {
		out[k] = v
	}
	return cty.ObjectVal(out)
}

// compiledValue is a value of the graph; what only a run knows is the text of
// its expression.
func compiledValue(v graph.Value) cty.Value {
	switch v := v.(type) {
	case graph.Deferred:
		return cty.StringVal(v.Source)
	case graph.List:
		out := make([]cty.Value, len(v))
		for i, x := range v {
			out[i] = compiledValue(x)
		}
		return cty.TupleVal(out)
	case graph.Map:
		out := make(map[string]cty.Value, len(v))
		for k, x := range v {
			out[k] = compiledValue(x)
		}
		return cty.ObjectVal(out)
	}
	if out, err := deferred.ToCty(v); err == nil {
		return out
	}
	return cty.NullVal(cty.DynamicPseudoType)
}

package compiler

import (
	"maps"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// give puts names into scope that only this block has. An iterator called like
// a root of the language hides it, except that task.x still names shared tasks
// inside of dynamic "task".
func (u *unit) give(names config.Scope) {
	scope := make(config.Scope, len(u.scope)+len(names)+len(runRoots)) // with room for what a run knows
	maps.Copy(scope, u.scope)
	if u.scope = scope; len(names) == 0 {
		return
	}
	u.given = maps.Clone(u.given)
	if u.given == nil {
		u.given = config.Scope{}
	}
	for name, v := range names {
		u.given[name] = v
		if name == "task" {
			all := u.scope[name].AsValueMap()
			if all == nil {
				all = map[string]cty.Value{}
			}
			maps.Copy(all, v.AsValueMap())
			v = cty.ObjectVal(all)
		}
		u.scope[name] = v
	}
}

// with gives names for as long as it takes to call what it returns.
func (u *unit) with(names config.Scope) (back func()) {
	scope, given := u.scope, u.given
	u.give(names)
	return func() { u.scope, u.given = scope, given }
}

// unfold replaces dynamic blocks, at any depth, by the steps that they stand
// for. Steps without any stay what they are.
func (u *unit) unfold(steps []*config.Step) []*config.Step {
	if !anyStep(steps, dynamicInside) {
		return steps
	}
	var out []*config.Step
	for _, s := range steps {
		if d, ok := s.Body.(*config.Dynamic); ok {
			out = append(out, u.repeatStep(d)...)
		} else {
			out = append(out, u.unfoldInside(s))
		}
	}
	return out
}

func anyStep(steps []*config.Step, is func(*config.Step) bool) bool {
	for _, s := range steps {
		if is(s) {
			return true
		}
	}
	return false
}

func dynamicInside(s *config.Step) bool {
	inside := []*config.Step(nil)
	switch b := s.Body.(type) {
	case *config.Dynamic:
		return true
	case *config.Do:
		inside = b.Steps
	case *config.Parallel:
		inside = b.Steps
	case *config.Try:
		inside = b.Steps
	}
	return anyStep(inside, dynamicInside) || dynamicHooks(s.Hooks)
}

func dynamicHooks(h config.Hooks) bool {
	for _, hook := range [][]*config.Step{h.OnSuccess, h.OnFailure, h.OnError, h.OnAbort, h.Ensure} {
		if anyStep(hook, dynamicInside) {
			return true
		}
	}
	return false
}

// unfoldInside is a step with the dynamic blocks inside of it unfolded.
func (u *unit) unfoldInside(s *config.Step) *config.Step {
	if !dynamicInside(s) {
		return s
	}
	out := *s
	switch b := s.Body.(type) {
	case *config.Do:
		out.Body = &config.Do{Steps: u.unfold(b.Steps)}
	case *config.Try:
		out.Body = &config.Try{Steps: u.unfold(b.Steps)}
	case *config.Parallel:
		p := *b
		p.Steps = u.unfold(b.Steps)
		out.Body = &p
	}
	out.Hooks = u.unfoldHooks(s.Hooks)
	return &out
}

func (u *unit) unfoldHooks(h config.Hooks) config.Hooks {
	if !dynamicHooks(h) {
		return h
	}
	return config.Hooks{OnSuccess: u.unfold(h.OnSuccess), OnFailure: u.unfold(h.OnFailure), OnError: u.unfold(h.OnError),
		OnAbort: u.unfold(h.OnAbort), Ensure: u.unfold(h.Ensure)}
}

// repeatStep makes the steps of one dynamic block.
func (u *unit) repeatStep(d *config.Dynamic) []*config.Step {
	v, ok := u.known(d.ForEach)
	if !ok {
		if v != cty.NilVal {
			u.errorf(diag.BadRepeat, d.ForEach.Range(), "Nothing to repeat for", "for_each is null. An empty list stands for no steps.")
		}
		return nil
	}
	if !v.CanIterateElements() {
		u.errorf(diag.BadRepeat, d.ForEach.Range(), "Wrong type for for_each", "The for_each of a dynamic block is a list, a set or a map; this is %s.", kindOf(v))
		return nil
	}
	if n := v.LengthInt(); n > MaxNodes {
		u.tooMany(n, d.ForEach.Range())
		return nil
	}
	var out []*config.Step
	set := v.Type().IsSetType()
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if set {
			key = value
		}
		names := config.Scope{d.Iterator.Text: cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
		back := u.with(names)
		out = append(out, u.stepFor(d, names, key))
		back()
	}
	return out
}

// stepFor is the step for one element; its own scope holds the iterators of all
// dynamic blocks around it.
func (u *unit) stepFor(d *config.Dynamic, names config.Scope, key cty.Value) *config.Step {
	out := *u.unfoldInside(d.Content)
	out.Given = names
	out.Name = u.label(d, key)
	return &out
}

func (u *unit) label(d *config.Dynamic, key cty.Value) config.Name {
	at := d.ForEach.Range()
	if d.Labels != nil {
		list, ok := u.located(d.Labels)
		if ok && len(list) == 1 {
			return list[0]
		}
		if ok {
			u.errorf(diag.WrongLabels, d.Labels.Range(), "Wrong number of labels", "A step has one label, its name; here are %d.", len(list))
		}
		return config.Name{}
	}
	switch d.Content.Body.(type) {
	case *config.Do, *config.Parallel, *config.Try:
		return config.Name{}
	}
	text, err := convert.Convert(key, cty.String)
	if err != nil || text.IsNull() {
		u.errorf(diag.BadRepeat, at, "Step without name", "Without labels = […], the steps are named by the keys of for_each, which must be text then.")
		return config.Name{}
	}
	return config.Name{Text: text.AsString(), Range: at}
}

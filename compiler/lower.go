package compiler

import (
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/lang/diag"
)

// data is an object whose values the graph carries: source, params, env. What
// only a run knows stays as deferred expressions inside.
func (u *unit) data(e config.Expr) graph.Map {
	m, _ := u.object(e)
	return m
}

// object is data that says whether all of it is there.
func (u *unit) object(e config.Expr) (graph.Map, bool) {
	if e == nil {
		return nil, true
	}
	v, ok := u.lower(e)
	if !ok {
		return nil, false
	}
	switch m := v.(type) {
	case graph.Map:
		return m, true
	case graph.Null:
		return nil, true
	case graph.Deferred:
		u.errorf(diag.OnlyAtRunTime, e.Range(), "Known only in a run",
			"The keys here must be known when the pipeline is compiled; write an object whose values are known in a run: { key = %s }.", example(m.Refs))
	default:
		u.errorf(diag.WrongType, e.Range(), "Wrong type", "Here must be an object: { key = value }.")
	}
	return nil, false
}

func example(refs []string) string {
	if len(refs) > 0 {
		return refs[0]
	}
	return "…"
}

// lower is any value as the graph carries it.
func (u *unit) lower(e config.Expr) (graph.Value, bool) {
	if v, ok := e.Literal(); ok {
		return u.fromCty(v, e)
	}
	switch parts := e.Parts().(type) {
	case config.List:
		return u.lowerList(parts)
	case config.Object:
		return u.lowerObject(parts)
	}
	refs := e.Refs()
	if !u.check(refs, atRun) {
		return nil, false
	}
	v, problems := e.Eval(u.scope)
	u.list.Append(problems...)
	if problems.HasErrors() {
		return nil, false
	}
	if v.IsWhollyKnown() {
		return u.fromCty(v, e)
	}
	return u.keep(e, refs)
}

func (u *unit) fromCty(v cty.Value, e config.Expr) (graph.Value, bool) {
	g, err := deferred.FromCty(v)
	if err != nil {
		u.refused(err, e.Range())
		return nil, false
	}
	return g, true
}

func (u *unit) lowerList(list config.List) (graph.Value, bool) {
	out, all := make(graph.List, len(list)), true
	for i, x := range list {
		v, ok := u.lower(x)
		out[i], all = v, all && ok
	}
	return out, all
}

func (u *unit) lowerObject(object config.Object) (graph.Value, bool) {
	out, all := make(graph.Map, len(object)), true
	for _, item := range object {
		key, ok := u.text(item.Key)
		if !ok {
			all = false
			continue
		}
		v, ok := u.lower(item.Value)
		if _, twice := out[key]; twice {
			u.errorf(diag.DefinedTwice, item.Key.Range(), "Key given twice", "The key %q is in this object twice.", key)
			ok = false
		}
		out[key], all = v, all && ok
	}
	return out, all
}

// keep leaves an expression to the run, with what it names of now.
func (u *unit) keep(e config.Expr, refs []config.Ref) (graph.Value, bool) {
	scope := u.scope
	if b, is := e.(bound); is {
		refs, scope = b.Expr.Refs(), b.home.scope
	}
	source, problems := e.TemplateIn(scope)
	u.list.Append(problems...)
	d, ok := graph.Deferred{Source: source}, !problems.HasErrors()
	slices.SortFunc(refs, func(a, b config.Ref) int { return len(a.Path) - len(b.Path) })
	for _, r := range refs {
		if runTime(r.Root()) {
			d.Refs = append(d.Refs, runName(r))
			continue
		}
		ok = u.closeOver(&d, scope, r, e) && ok
	}
	slices.Sort(d.Refs)
	d.Refs = slices.Compact(d.Refs)
	return d, ok
}

// runName is the reference as far as the graph knows it: version.app.ref.
func runName(r config.Ref) string {
	most := runRoots[r.Root()].most
	if most == 0 {
		most = len(r.Path)
	}
	names := make([]string, 0, most)
	for _, s := range r.Path[:min(most, len(r.Path))] {
		names = append(names, s.Name)
	}
	return strings.Join(names, ".")
}

// closeOver puts the value that a reference names now into the expression's
// closed values: var.image.name becomes var { image { name } }, so that no
// neighbour of it matters to the digest.
func (u *unit) closeOver(d *graph.Deferred, scope config.Scope, r config.Ref, e config.Expr) bool {
	v, n := scope[r.Root()], 1
	for n < len(r.Path) && v.Type().IsObjectType() && !v.IsNull() && !v.IsMarked() && v.Type().HasAttribute(r.Path[n].Name) {
		v = v.GetAttr(r.Path[n].Name)
		n++
	}
	g, err := deferred.FromCty(v)
	if err != nil {
		u.refused(err, e.Range())
		return false
	}
	if d.Closed == nil {
		d.Closed = graph.Map{}
	}
	put(d.Closed, r.Path[:n], g)
	return true
}

// put sets a value in nested maps, unless something broader is there already:
// references come by length, so what is there is never narrower.
func put(m graph.Map, path []config.Segment, v graph.Value) {
	for _, s := range path[:len(path)-1] {
		in, ok := m[s.Name]
		if !ok {
			in = graph.Map{}
			m[s.Name] = in
		}
		if m, ok = in.(graph.Map); !ok {
			return
		}
	}
	last := path[len(path)-1].Name
	if _, there := m[last]; !there {
		m[last] = v
	}
}

// mergeMaps is under with over on top. It may be one of the two.
func mergeMaps(under, over graph.Map) graph.Map {
	switch {
	case len(under) == 0:
		return over
	case len(over) == 0:
		return under
	}
	out := maps.Clone(under)
	maps.Copy(out, over)
	return out
}

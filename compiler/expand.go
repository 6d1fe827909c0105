package compiler

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// maxModules is how deep modules may call one another.
const maxModules = 50

// expand is the first phase of one module: its variables and locals as far as
// they are known without references and outputs, then the instances of its
// blocks, then the modules inside of it.
func (m *module) expand() {
	m.failed, m.values = map[string]bool{}, map[string]*slot{}
	m.scope = m.unresolved()
	u := m.unit()
	m.scope["var"] = m.variables(u)
	if m.parent == nil {
		m.scope["pipeline"] = u.pipelineValue()
	}
	m.scope["local"] = m.locals(u)
	m.outputs()
	m.instances(u)
	m.calls = make(map[string]*call, len(m.cfg.Calls))
	for _, block := range m.cfg.Calls {
		if m.sym.calls[block.Name.Text] == block {
			m.calls[block.Name.Text] = m.called(u, block)
		}
	}
	m.report(u.list)
	for _, block := range m.cfg.Calls {
		if c := m.calls[block.Name.Text]; c != nil && c.ModuleCall == block {
			m.enter(c)
		}
	}
}

// unresolved is the scope of the first phase: nothing is known of what
// references stand for.
func (m *module) unresolved() config.Scope {
	scope := config.Scope{
		"job": cty.DynamicVal, "resource": cty.DynamicVal, "module": cty.DynamicVal,
		"task":          targets(m.sym.tasks, config.Target{Kind: "task", Module: string(m.address)}),
		"resource_type": targets(m.sym.types, config.Target{Kind: "resource_type", Module: string(m.address)}),
		"path": cty.ObjectVal(map[string]cty.Value{
			"module": cty.StringVal(m.cfg.Place.Path), "root": cty.StringVal(m.c.root.cfg.Place.Path)}),
		"local": cty.EmptyObjectVal, "secret": cty.DynamicVal, "secret_source": m.c.root.secretSources(),
	}
	m.c.functions(m, scope)
	if m.parent != nil {
		scope["pipeline"] = m.c.root.scope["pipeline"]
	}
	return scope
}

// instances finds what the module's own blocks stand for.
func (m *module) instances(u *unit) {
	m.jobs = make(map[string]*repeated, len(m.sym.jobs))
	for _, j := range m.cfg.Jobs {
		if m.sym.jobs[j.Name.Text] == j {
			m.jobs[j.Name.Text] = u.counted("job."+j.Name.Text, j.Range, j.Repeat)
		}
	}
	m.resources = make(map[string]*repeated, len(m.cfg.Resources))
	for _, r := range m.cfg.Resources {
		if m.sym.resources[r.Type.Text][r.Name.Text] == r {
			name := r.Type.Text + "." + r.Name.Text
			m.resources[name] = u.counted("resource."+name, r.Range, r.Repeat)
		}
	}
}

// counted is repeat that counts blocks without for_each and count too.
func (u *unit) counted(name string, at diag.Range, by config.Repeat) *repeated {
	r := u.repeat(name, at, by)
	if r == onlyOne && !u.room(1, at) {
		return &repeated{how: unknownKeys}
	}
	return r
}

// called finds the instances of a module block and reads its module.
func (m *module) called(u *unit, block *config.ModuleCall) *call {
	c := &call{ModuleCall: block, repeated: u.counted("module."+block.Name.Text, block.Range, block.Repeat)}
	source, ok := u.source(block)
	if !ok {
		return c
	}
	if m.c.root.cfg.Loader == nil {
		u.errorf(diag.BadModuleSource, block.Range, "No modules here", "These files were not read from a directory, so they can call no modules.")
		return c
	}
	cfg, list := m.c.root.cfg.Loader.Load(source)
	u.list.Append(list...)
	if cfg != nil && !m.endless(cfg, block, u) {
		c.cfg = cfg
	}
	return c
}

// source is where a module comes from; both phases of a module need its files,
// so it must be known in the first.
func (u *unit) source(block *config.ModuleCall) (config.ModuleSource, bool) {
	s := config.ModuleSource{From: u.m.cfg.Place}
	if block.Source == nil {
		u.errorf(diag.MissingField, block.Range, "Module without source", "A module block says where the module is: source = \"./modules/service\".")
		return s, false
	}
	var ok, versioned bool
	s.TextRange = block.Source.Range()
	s.Text, ok = u.early(block.Source, "The source of a module")
	if block.Version != nil {
		s.VersionRange = block.Version.Range()
		s.Version, versioned = u.early(block.Version, "The version of a module")
		ok = ok && versioned
	}
	return s, ok
}

// early is a text that the first phase must know.
func (u *unit) early(e config.Expr, what string) (string, bool) {
	v, ok := u.first(&slot{home: u.m, owner: u.m, expr: e})
	switch {
	case !ok:
		return "", false
	case v.IsMarked():
		u.sensitive(e.Range())
	case !v.IsKnown():
		u.secondPhase(e, what)
	case v.Type() != cty.String || v.IsNull():
		u.wrongType(e, "a string", v)
	default:
		return v.AsString(), true
	}
	return "", false
}

// endless reports a module that is inside of itself, and modules that are in
// one another too deeply.
func (m *module) endless(cfg *config.Config, block *config.ModuleCall, u *unit) bool {
	depth := 1
	for at := m; at != nil; at = at.parent {
		if at.cfg == cfg {
			u.list.Append(m.cycle(at, block))
			return true
		}
		depth++
	}
	if depth > maxModules {
		u.errorf(diag.ModuleCycle, block.Range, "Modules nested too deeply", "Modules may call one another up to %d deep.", maxModules)
		return true
	}
	return false
}

func (m *module) cycle(first *module, block *config.ModuleCall) diag.Diagnostic {
	d := diag.Diagnostic{Code: diag.ModuleCycle, Range: block.Range, Summary: "Cycle of modules",
		Detail: "A module cannot be a part of itself: it would never end."}
	var edges []diag.Related
	for at := m; at != first; at = at.parent {
		edges = append(edges, diag.Related{Message: place(at.parent) + " calls " + place(at), Range: at.call.Range})
	}
	for i := len(edges) - 1; i >= 0; i-- {
		d.Related = append(d.Related, edges[i])
	}
	d.Related = append(d.Related, diag.Related{Message: place(m) + " calls " + place(first), Range: block.Range})
	return d
}

func place(m *module) string {
	if m.parent == nil {
		return "the pipeline"
	}
	return m.cfg.Place.Path
}

// enter makes the instances of a module and expands them.
func (m *module) enter(c *call) {
	if c.cfg == nil || c.repeated.how == unknownKeys {
		m.fail("module." + c.Name.Text)
		c.repeated = &repeated{how: unknownKeys}
		return
	}
	u := m.unit()
	u.arguments(c)
	m.report(u.list)
	sym := m.c.symbolsOf(c.cfg)
	for i := range c.repeated.keys {
		in := &module{c: m.c, cfg: c.cfg, sym: sym, parent: m, call: c, index: i,
			address: graph.ModuleAddress(c.Name.Text, c.repeated.suffix(i)).In(m.address)}
		m.c.modules[in.address] = in
		c.modules = append(c.modules, in)
		in.expand()
	}
}

// symbolsOf are the names that a module defines, found once.
func (c *compilation) symbolsOf(cfg *config.Config) *symbols {
	if s, ok := c.symbols[cfg]; ok {
		return s
	}
	var list diag.List
	s := collect(cfg, &list)
	for _, x := range cfg.SecretSources {
		list.Errorf(diag.Conflict, x.Range, "Secret source in a module", "Where secrets come from is the pipeline's affair: its secret_source blocks are there for its modules too.")
	}
	for _, p := range cfg.Pipelines {
		list.Append(diag.Diagnostic{Code: diag.OnePipeline, Range: p.Range, Summary: "Pipeline block in a module",
			Detail: "A module is a part of the pipeline that calls it, so it has no pipeline block of its own."})
	}
	c.list.Append(list...)
	c.symbols[cfg] = s
	return s
}

// arguments checks what a module block gives against what the module takes.
func (u *unit) arguments(c *call) {
	known := make(map[string]bool, len(c.cfg.Variables))
	var names []string
	for _, v := range c.cfg.Variables {
		known[v.Name.Text] = true
		names = append(names, v.Name.Text)
	}
	for _, a := range c.Args {
		if known[a.Name.Text] {
			continue
		}
		d := diag.Diagnostic{Code: diag.UnknownVariable, Range: a.Name.Range, Summary: "Unknown variable of a module",
			Detail: fmt.Sprintf("%s has no variable named %q.", c.cfg.Place.Path, a.Name.Text)}
		if near, ok := diag.Nearest(a.Name.Text, names); ok {
			d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean %q?", near), Range: a.Name.Range, Text: near}
		} else {
			d.Detail += listed(names)
		}
		u.list.Append(d)
	}
}

// secondPhase reports a value that comes too late, and why it does.
func (u *unit) secondPhase(e config.Expr, what string) {
	d := diag.Diagnostic{Code: diag.SecondPhase, Range: e.Range(), Summary: "Known only in the second phase",
		Detail: what + " must be known in the first phase of compiling, from variables and locals alone: only when it is there, it is known which blocks there are, and what references and the outputs of modules stand for."}
	u.why(e, &d, map[*slot]bool{})
	u.list.Append(d)
}

// why follows an expression to the names that make it late.
func (u *unit) why(e config.Expr, d *diag.Diagnostic, seen map[*slot]bool) {
	for _, r := range e.Refs() {
		switch r.Root() {
		case "job", "resource", "module":
			d.Related = append(d.Related, diag.Related{Message: r.String() + " belongs to the second phase", Range: r.Range})
		case "var", "local":
			s := u.m.values[r.Root()+"."+r.Path[1].Name]
			if s == nil || s.state != partial || seen[s] {
				continue
			}
			seen[s] = true
			d.Related = append(d.Related, diag.Related{Message: r.String() + " belongs to the second phase, because of what it names", Range: s.expr.Range()})
			in := s.home.unit()
			in.why(s.expr, d, seen)
		}
	}
}

// targets are the references to blocks that are never repeated.
func targets[T any](of map[string]T, t config.Target) cty.Value {
	out := make(map[string]cty.Value, len(of))
	for name := range of {
		t.Name = name
		out[name] = t.Value()
	}
	return cty.ObjectVal(out)
}

// references are the values of the roots that name blocks, once it is known
// which blocks there are.
func (m *module) references() {
	jobs := make(map[string]cty.Value, len(m.jobs))
	for name, r := range m.jobs {
		jobs[name] = r.references(config.Target{Kind: "job", Name: name, Module: string(m.address)})
	}
	byType := map[string]map[string]cty.Value{}
	for name, r := range m.resources {
		t, n, _ := strings.Cut(name, ".")
		if byType[t] == nil {
			byType[t] = map[string]cty.Value{}
		}
		byType[t][n] = r.references(config.Target{Kind: "resource", Type: t, Name: n, Module: string(m.address)})
	}
	resources := make(map[string]cty.Value, len(byType))
	for t, of := range byType {
		resources[t] = cty.ObjectVal(of)
	}
	m.scope["job"], m.scope["resource"] = cty.ObjectVal(jobs), cty.ObjectVal(resources)
}

// references are what a block's name stands for: a reference, a map of them by
// key, or a list.
func (r *repeated) references(t config.Target) cty.Value {
	if r.how == once {
		return t.Value()
	}
	byKeys, list := make(map[string]cty.Value, len(r.keys)), make([]cty.Value, len(r.keys))
	for i, k := range r.keys {
		t.Key = r.suffix(i)
		list[i] = t.Value()
		byKeys[k] = list[i]
	}
	switch {
	case r.how == byNumber && len(list) > 0:
		return cty.ListVal(list)
	case r.how == byNumber:
		return cty.ListValEmpty(config.TargetType)
	case len(list) > 0:
		return cty.MapVal(byKeys)
	}
	return cty.MapValEmpty(config.TargetType)
}

package compiler

import (
	"path"
	"path/filepath"

	ctyfunction "github.com/zclconf/go-cty/cty/function"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/budget"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/function"
)

// module is one instance of a module. The root is the pipeline itself.
type module struct {
	c       *compilation
	cfg     *config.Config
	sym     *symbols
	address graph.Address // "" for the root
	parent  *module       // nil for the root
	call    *call         // in the parent
	index   int           // which instance of the call this is

	scope  config.Scope     // var, local, references
	failed map[string]bool  // var.x and so on that have no value; said already
	values map[string]*slot // var.x, local.x, output.x
	order  []*slot          // the same, in the order of the source

	jobs      map[string]*repeated
	resources map[string]*repeated // by type.name
	calls     map[string]*call
	expanded  bool                          // it is known which blocks there are, here and everywhere
	types     map[string]graph.ResourceType // declared ones
}

// call is a module block in one instance of the module that it stands in.
type call struct {
	*config.ModuleCall
	repeated *repeated
	cfg      *config.Config // nil: it could not be loaded, which is said already
	modules  []*module      // one for each instance
}

func (m *module) unit() *unit { return &unit{c: m.c, m: m, scope: m.scope} }

// within is through which calls the compiler came here, the innermost first.
func (m *module) within() []diag.Call {
	var calls []diag.Call
	for ; m.parent != nil; m = m.parent {
		calls = append(calls, diag.Call{Module: string(m.address), Range: m.call.Range})
	}
	return calls
}

// within adds to problems which instance they are in.
func within(list diag.List, calls []diag.Call) diag.List {
	if len(calls) > 0 {
		for i := range list {
			if list[i].Within == nil {
				list[i].Within = calls
			}
		}
	}
	return list
}

// report takes the problems of a unit of work that is not one of several.
func (m *module) report(list diag.List) { m.c.list.Append(within(list, m.within())...) }

// functions gives a scope the functions of a module, which read its files.
func (c *compilation) functions(m *module, scope config.Scope) {
	dir := m.cfg.Place.Dir
	if dir == "" {
		return
	}
	table, ok := c.tables[dir]
	if !ok {
		table = function.In(function.Dirs{Module: dir, Root: c.root.cfg.Place.Dir, Path: m.cfg.Place.Path, Value: budget.Fresh})
		if c.tables == nil {
			c.tables = map[string]map[string]ctyfunction.Function{}
		}
		c.tables[dir] = table
	}
	scope.WithFunctions(table)
}

// file is where a block was written, the same on every machine.
func (m *module) file(at diag.Range) string {
	return path.Join(m.cfg.Place.Path, filepath.Base(at.File))
}

// all calls f for this module and every one inside of it, callers first.
func (m *module) all(f func(*module)) {
	f(m)
	for _, block := range m.cfg.Calls {
		if c := m.calls[block.Name.Text]; c != nil && c.ModuleCall == block {
			for _, in := range c.modules {
				in.all(f)
			}
		}
	}
}

package compiler

import (
	"maps"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// Console evaluates expressions that stand in no file, as if they stood in a
// job of the root module. It is not safe for concurrent use.
type Console struct {
	root  *module
	given config.Scope // jobs and resources, as check blocks see them
}

// Answer is what an expression is worth: a value, or, where that needs a run,
// the expression as the graph would keep it.
type Answer struct {
	Value    cty.Value // may be marked as sensitive
	Deferred *graph.Deferred
}

// NewConsole computes the values of a configuration. Where the list has errors,
// expressions can name what was computed all the same.
func NewConsole(cfg *config.Config) (*Console, diag.List) {
	if cfg == nil {
		return nil, nil
	}
	c := newCompilation(cfg)
	c.root.expand()
	if c.nodeCount > MaxNodes {
		return nil, c.list
	}
	c.settle()
	nodes := c.nodes()
	console := &Console{root: c.root}
	if !c.list.HasErrors() {
		console.given = compiledValues(nodes)[c.root]
	}
	c.list.Sort()
	return console, c.list
}

// Eval evaluates an expression.
func (c *Console) Eval(e config.Expr) (Answer, diag.List) {
	u := c.root.unit()
	u.lax = true
	u.scope = laxScope()
	maps.Copy(u.scope, c.root.scope)
	u.give(c.given)
	refs := e.Refs()
	if !u.check(refs, atRun) {
		return Answer{}, u.list
	}
	v, problems := e.Eval(u.scope)
	u.list.Append(problems...)
	if problems.HasErrors() {
		return Answer{}, u.list
	}
	if v.IsWhollyKnown() {
		return Answer{Value: v}, u.list
	}
	kept, ok := u.keep(e, refs)
	if d, is := kept.(graph.Deferred); ok && is {
		return Answer{Deferred: &d}, u.list
	}
	return Answer{}, u.list
}

package compiler

import (
	"runtime"
	"sync"

	"github.com/zclconf/go-cty/cty/function"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// Compile makes the graph of a configuration. The graph is nil if any problem
// is an error. The list is sorted.
func Compile(cfg *config.Config) (*graph.Graph, diag.List) {
	g, _, list := Trace(cfg)
	return g, list
}

// Trace is Compile that also says where each part of the graph comes from.
func Trace(cfg *config.Config) (*graph.Graph, Origins, diag.List) {
	if cfg == nil {
		return nil, nil, nil
	}
	c := newCompilation(cfg)
	_, problems := ReadSettings(cfg)
	c.list.Append(problems...)
	c.root.expand()
	if c.nodeCount > MaxNodes { // said already; the rest would only take long
		c.list.Sort()
		return nil, nil, c.list
	}
	c.settle()
	nodes := c.nodes()
	c.checkPassed(nodes)
	c.checkTypes(nodes)
	c.history(nodes)
	if !c.list.HasErrors() { // what did not compile has no properties
		c.assertions(nodes)
	}
	g := c.build(nodes, &c.list)
	holes := c.holes()
	c.list = withoutFollowUps(c.list, holes)
	c.list.Sort()
	if c.list.HasErrors() || len(holes) > 0 {
		return nil, nil, c.list
	}
	return g, origins(nodes), c.list
}

func newCompilation(cfg *config.Config) *compilation {
	c := &compilation{inputs: graph.Map{}, symbols: map[*config.Config]*symbols{}, modules: map[graph.Address]*module{}}
	c.root = &module{c: c, cfg: cfg, sym: collect(cfg, &c.list)}
	c.symbols[cfg], c.modules[""] = c.root.sym, c.root
	return c
}

// holes are what of the files, of all modules, could not be read.
func (c *compilation) holes() []config.Hole {
	var all []config.Hole
	for cfg := range c.symbols {
		all = append(all, cfg.Holes...)
	}
	return all
}

// compilation is what all units of work share. It is read only once the values
// are there.
type compilation struct {
	root       *module
	modules    map[graph.Address]*module
	symbols    map[*config.Config]*symbols
	list       diag.List
	inputs     graph.Map // of the variables, for the header
	defaults   stepDefaults
	nodeCount  int
	scopes     jobScopes
	goodImages sync.Map                                // texts of images that were found to be references
	tables     map[string]map[string]function.Function // of modules, by directory
	path       []hop                                   // of the second phase: what is being computed
}

// node is one compiled block.
type node struct {
	address        graph.Address
	spec           graph.Spec
	prepared       graph.Prepared
	at             diag.Range
	m              *module
	list           diag.List
	moved, removed []string                     // old addresses; of the pipeline, those that are gone
	passed         []passedEdge                 // of a job
	touches        map[graph.Address]diag.Range // resources that a job gets or puts
	steps          []*config.Step               // of a job, in the order of graph.Walk
	defaults       []string                     // of a job: settings that come from the pipeline's defaults
}

// nodes compiles every block that becomes a node. Each instance of a resource
// or job is independent of all others, so they share the processors.
func (c *compilation) nodes() []node {
	all := []node{c.pipeline(&c.list)}
	var work []func() node
	c.root.all(func(m *module) {
		all = append(all, m.resourceTypes()...)
		for _, r := range m.cfg.Resources {
			work = append(work, m.each(m.resources[r.Type.Text+"."+r.Name.Text], m.sym.resources[r.Type.Text][r.Name.Text] == r,
				func(in instance) node { return m.resource(r, in) })...)
		}
	})
	c.root.all(func(m *module) {
		for _, j := range m.cfg.Jobs {
			work = append(work, m.each(m.jobs[j.Name.Text], m.sym.jobs[j.Name.Text] == j, func(in instance) node { return m.job(j, in) })...)
		}
	})
	all = append(all, atOnce(work)...)
	c.root.all(func(m *module) { all = append(all, m.beside()...) })
	for i := range all {
		c.list.Append(all[i].list...)
	}
	c.root.all(func(m *module) { m.sharedTasks() })
	return all
}

// instance is one of the blocks that a block stands for.
type instance struct {
	suffix string       // of its address
	given  config.Scope // each or count
	within []diag.Call
}

// each is the work for every instance of a block. A block that is defined a
// second time is compiled once, for its problems.
func (m *module) each(r *repeated, first bool, compile func(instance) node) []func() node {
	if !first {
		r = onlyOne
	}
	if r.each != nil && r.each.state != settled {
		return nil
	}
	calls := m.within()
	work := make([]func() node, len(r.keys))
	for i := range work {
		work[i] = func() node {
			in := instance{suffix: r.suffix(i), given: r.given(i), within: calls}
			if in.suffix != "" {
				in.within = append([]diag.Call{{Module: string(graph.Address(r.name + in.suffix).In(m.address)), Range: r.at}}, calls...)
			}
			n := compile(in)
			n.m, n.list = m, within(n.list, in.within)
			n.prepared = graph.Prepare(n.spec)
			return n
		}
	}
	return work
}

func (m *module) resourceTypes() []node {
	m.types = make(map[string]graph.ResourceType, len(m.sym.types))
	all := make([]node, len(m.cfg.ResourceTypes))
	for i, t := range m.cfg.ResourceTypes {
		n := m.resourceType(t)
		n.m, n.list = m, within(n.list, m.within())
		m.types[t.Name.Text] = n.spec.(graph.ResourceType)
		all[i] = n
	}
	return all
}

const batch = 64 // blocks that one goroutine takes at once

func atOnce(work []func() node) []node {
	out := make([]node, len(work))
	var wg sync.WaitGroup
	starts := make(chan int, len(work)/batch+1)
	for i := 0; i < len(work); i += batch {
		starts <- i
	}
	close(starts)
	for range min(runtime.GOMAXPROCS(0), len(starts)) {
		wg.Go(func() {
			for from := range starts {
				for i := from; i < min(from+batch, len(work)); i++ {
					out[i] = work[i]()
				}
			}
		})
	}
	wg.Wait()
	return out
}

// build makes the graph. What the Builder refuses after all checks is a gap in
// the checks; it still is a message and not a crash.
func (c *compilation) build(nodes []node, list *diag.List) *graph.Graph {
	if list.HasErrors() {
		return nil
	}
	b := graph.NewBuilder(graph.Header{Inputs: graph.InputsDigest(c.inputs), Lock: graph.Digest(c.root.cfg.Lock)})
	for _, n := range nodes {
		if !n.prepared.Ready() {
			n.prepared = graph.Prepare(n.spec)
		}
		meta := graph.Meta{File: n.m.file(n.at), Line: int64(n.at.Start.Line), Defaults: n.defaults, Moved: n.moved, Removed: n.removed}
		if err := b.AddPrepared(n.address, n.prepared, meta); err != nil {
			list.Errorf(diag.CannotCompile, n.at, "Cannot compile", "%s.", err)
		}
	}
	if list.HasErrors() {
		return nil
	}
	g, err := b.Finish()
	if err != nil {
		list.Errorf(diag.CannotCompile, diag.Range{}, "Cannot compile", "%s.", err)
	}
	return g
}

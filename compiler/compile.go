package compiler

import (
	"path/filepath"
	"runtime"
	"sync"

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
	var list diag.List
	c := &compilation{}
	c.root = &module{c: c, cfg: cfg, sym: collect(cfg, &list)}
	_, problems := ReadSettings(cfg)
	list.Append(problems...)
	c.root.values(&list)
	nodes := c.nodes(&list)
	checkPassed(nodes, &list)
	g := c.build(nodes, &list)
	list = withoutFollowUps(list, cfg.Holes)
	list.Sort()
	if list.HasErrors() || len(cfg.Holes) > 0 {
		return nil, nil, list
	}
	return g, origins(nodes), list
}

// compilation is what all units of work share. It is read only once the values
// are there.
type compilation struct {
	root     *module
	inputs   graph.Map // of the variables, for the header
	defaults stepDefaults
}

// module is one instance of a module.
type module struct {
	c      *compilation
	cfg    *config.Config
	sym    *symbols
	scope  config.Scope                  // var, local, references
	failed map[string]bool               // var.x and local.x that have no value; said already
	types  map[string]graph.ResourceType // declared ones
}

// node is one compiled block.
type node struct {
	address  graph.Address
	spec     graph.Spec
	at       diag.Range
	list     diag.List
	defaults []string                     // of a job: settings that come from the pipeline's defaults
	passed   []passedEdge                 // of a job
	touches  map[graph.Address]diag.Range // resources that a job gets or puts
	steps    []*config.Step               // of a job, in the order of graph.Walk
}

// nodes compiles every block that becomes a node. Jobs are independent of one
// another, so they share the processors.
func (c *compilation) nodes(list *diag.List) []node {
	all := []node{c.pipeline(list)}
	m := c.root
	m.types = make(map[string]graph.ResourceType, len(m.sym.types))
	for _, t := range m.cfg.ResourceTypes {
		n := m.resourceType(t)
		m.types[t.Name.Text] = n.spec.(graph.ResourceType)
		all = append(all, n)
	}
	for _, r := range m.cfg.Resources {
		all = append(all, m.resource(r))
	}
	all = append(all, m.jobs()...)
	all = append(all, m.beside()...)
	for i := range all {
		list.Append(all[i].list...)
	}
	m.sharedTasks(list)
	return all
}

const batch = 64 // jobs that one goroutine takes at once

func (m *module) jobs() []node {
	jobs := m.cfg.Jobs
	out := make([]node, len(jobs))
	var wg sync.WaitGroup
	starts := make(chan int, len(jobs)/batch+1)
	for i := 0; i < len(jobs); i += batch {
		starts <- i
	}
	close(starts)
	for range min(runtime.GOMAXPROCS(0), len(starts)) {
		wg.Go(func() {
			for from := range starts {
				for i := from; i < min(from+batch, len(jobs)); i++ {
					out[i] = m.job(jobs[i])
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
	b := graph.NewBuilder(graph.Header{Inputs: graph.InputsDigest(c.inputs)})
	for _, n := range nodes {
		meta := graph.Meta{File: filepath.Base(n.at.File), Line: int64(n.at.Start.Line), Defaults: n.defaults}
		if err := b.Add(n.address, n.spec, meta); err != nil {
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

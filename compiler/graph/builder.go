package graph

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Builder makes one Graph. It is used by one goroutine; after Finish it is spent.
type Builder struct {
	header Header
	nodes  []Node
	seen   map[Address]bool
}

// NewBuilder starts a graph.
func NewBuilder(h Header) *Builder {
	return &Builder{header: h, seen: map[Address]bool{}}
}

// Add puts a node in. The spec belongs to the graph from now on. It is an error
// to add an address twice, a spec of another kind than its address says, or one
// that has no canonical form.
func (b *Builder) Add(a Address, s Spec, m Meta) error {
	if b.seen[a] {
		return fmt.Errorf("%s is there twice", a)
	}
	if a.Kind() != s.Kind() {
		return fmt.Errorf("%s cannot hold a %s", a, s.Kind())
	}
	digest, err := SpecDigest(s)
	if err != nil {
		return fmt.Errorf("%s: %w", a, err)
	}
	b.seen[a] = true
	b.nodes = append(b.nodes, Node{Address: a, Spec: s, Meta: m, SpecDigest: digest})
	return nil
}

// SpecDigest is the digest of a definition: its exec and policy fields, with what
// it refers to by address.
func SpecDigest(s Spec) (Digest, error) {
	e := encoder{mask: maskSpec}
	e.value(reflect.ValueOf(s), false)
	if e.err != nil {
		return "", e.err
	}
	return sum("spec", e.dst), nil
}

// Finish checks that every reference names a node and that none depends on
// itself, computes the digests, and gives the graph. All faults are reported.
func (b *Builder) Finish() (*Graph, error) {
	g := &Graph{header: b.header, nodes: b.nodes}
	b.nodes, b.seen = nil, nil
	slices.SortFunc(g.nodes, func(x, y Node) int { return cmp.Compare(x.Address, y.Address) })
	if err := checkReferences(g); err != nil {
		return nil, err
	}
	d := execDigests{graph: g, index: make(map[Address]int, len(g.nodes)), state: make([]visit, len(g.nodes))}
	for i := range g.nodes {
		d.index[g.nodes[i].Address] = i
	}
	for i := range g.nodes {
		if err := d.compute(i, nil); err != nil {
			return nil, err
		}
	}
	g.digest = graphDigest(g)
	return g, nil
}

func checkReferences(g *Graph) error {
	var errs []error
	for i := range g.nodes {
		for _, r := range References(g.nodes[i].Spec) {
			if _, ok := g.Lookup(r.To); !ok {
				errs = append(errs, fmt.Errorf("%s: %s names %s, which is not there", g.nodes[i].Address, r.Role, r.To))
			}
		}
	}
	return errors.Join(errs...)
}

type visit uint8

const (
	unvisited visit = iota
	visiting
	visited
)

// execDigests computes the Merkle digests: each node after what it depends on.
type execDigests struct {
	graph *Graph
	index map[Address]int
	state []visit
}

func (d *execDigests) compute(i int, path []Address) error {
	n := &d.graph.nodes[i]
	path = append(path, n.Address)
	switch d.state[i] {
	case visited:
		return nil
	case visiting:
		return fmt.Errorf("%s depends on itself: %s", n.Address, joinAddresses(path))
	}
	d.state[i] = visiting
	for _, r := range References(n.Spec) {
		if !r.Exec {
			continue
		}
		if err := d.compute(d.index[r.To], path); err != nil {
			return err
		}
	}
	e := encoder{mask: maskExec, resolve: func(a Address) Digest { return d.graph.nodes[d.index[a]].ExecDigest }}
	e.value(reflect.ValueOf(n.Spec), false)
	n.ExecDigest = sum("exec/"+string(n.Spec.Kind()), e.dst)
	d.state[i] = visited
	return nil
}

func joinAddresses(path []Address) string {
	parts := make([]string, len(path))
	for i, a := range path {
		parts[i] = string(a)
	}
	return strings.Join(parts, " → ")
}

func graphDigest(g *Graph) Digest {
	dst := appendInt(nil, Format)
	dst = append(dst, EncodeHeader(g.header)...)
	for i := range g.nodes {
		n := &g.nodes[i]
		dst = appendText(dst, string(n.Address))
		dst = appendText(dst, string(n.SpecDigest))
		dst = appendText(dst, string(n.ExecDigest))
	}
	return sum("graph", dst)
}

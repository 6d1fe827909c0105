package graph

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Builder makes one Graph. It is used by one goroutine; after Finish it is spent.
type Builder struct {
	header Header
	nodes  []built
	seen   map[Address]bool
}

// built is a node on its way into a graph.
type built struct {
	Node
	refs []Reference
}

// NewBuilder starts a graph.
func NewBuilder(h Header) *Builder {
	return &Builder{header: h, seen: map[Address]bool{}}
}

// Prepared is a spec with what a graph has to know of it by itself, so that
// specs can be looked at all at once, before they are added one by one.
type Prepared struct {
	spec   Spec
	digest Digest
	refs   []Reference
	err    error
}

// Prepare looks at a spec. The spec belongs to the graph from now on.
func Prepare(s Spec) Prepared {
	digest, err := SpecDigest(s)
	return Prepared{spec: s, digest: digest, refs: References(s), err: err}
}

// Ready says that there is a spec in it.
func (p Prepared) Ready() bool { return p.spec != nil }

// Add puts a node in. The spec belongs to the graph from now on. It is an error
// to add an address twice, a spec of another kind than its address says, or one
// that has no canonical form.
func (b *Builder) Add(a Address, s Spec, m Meta) error { return b.AddPrepared(a, Prepare(s), m) }

// AddPrepared is Add for a spec that was looked at.
func (b *Builder) AddPrepared(a Address, p Prepared, m Meta) error {
	if b.seen[a] {
		return fmt.Errorf("%s is there twice", a)
	}
	if a.Kind() != p.spec.Kind() {
		return fmt.Errorf("%s cannot hold a %s", a, p.spec.Kind())
	}
	if p.err != nil {
		return fmt.Errorf("%s: %w", a, p.err)
	}
	b.seen[a] = true
	b.nodes = append(b.nodes, built{Node{Address: a, Spec: p.spec, Meta: m, SpecDigest: p.digest}, p.refs})
	return nil
}

// SpecDigest is the digest of a definition: its exec and policy fields, with what
// it refers to by address.
func SpecDigest(s Spec) (Digest, error) { return digestOf(s, "spec", maskSpec, nil) }

// buffers are for bytes that are only made to be summed up.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func digestOf(s Spec, domain string, mask class, resolve func(Address) Digest) (Digest, error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	e := encoder{dst: (*buf)[:0], mask: mask, resolve: resolve}
	e.value(reflect.ValueOf(s), false)
	*buf = e.dst
	if e.err != nil {
		return "", e.err
	}
	return sum(domain, e.dst), nil
}

// Finish checks that every reference names a node and that none depends on
// itself, computes the digests, and gives the graph. All faults are reported.
func (b *Builder) Finish() (*Graph, error) {
	nodes := b.nodes
	b.nodes, b.seen = nil, nil
	slices.SortFunc(nodes, func(x, y built) int { return cmp.Compare(x.Address, y.Address) })
	d := execDigests{nodes: nodes, index: make(map[Address]int, len(nodes)), state: make([]visit, len(nodes))}
	for i := range nodes {
		d.index[nodes[i].Address] = i
	}
	if err := d.checkReferences(); err != nil {
		return nil, err
	}
	if err := d.all(); err != nil {
		return nil, err
	}
	g := &Graph{header: b.header, nodes: make([]Node, len(nodes))}
	for i := range nodes {
		g.nodes[i] = nodes[i].Node
	}
	g.digest = graphDigest(g)
	return g, nil
}

func (d *execDigests) checkReferences() error {
	var errs []error
	for i := range d.nodes {
		for _, r := range d.nodes[i].refs {
			if _, ok := d.index[r.To]; !ok {
				errs = append(errs, fmt.Errorf("%s: %s names %s, which is not there", d.nodes[i].Address, r.Role, r.To))
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
	nodes []built
	index map[Address]int
	state []visit
}

// all computes what others depend on first. Then the rest, most of a graph, is
// independent of one another and shares the processors.
func (d *execDigests) all() error {
	needed := make([]bool, len(d.nodes))
	for i := range d.nodes {
		for _, r := range d.nodes[i].refs {
			if r.Exec {
				needed[d.index[r.To]] = true
			}
		}
	}
	var rest []int
	for i := range d.nodes {
		if !needed[i] {
			rest = append(rest, i)
		} else if err := d.compute(i, nil); err != nil {
			return err
		}
	}
	const batch = 256
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(rest)/batch+1) {
		wg.Go(func() {
			for from := int(next.Add(batch)) - batch; from < len(rest); from = int(next.Add(batch)) - batch {
				for _, i := range rest[from:min(from+batch, len(rest))] {
					d.digest(i)
				}
			}
		})
	}
	wg.Wait()
	return nil
}

func (d *execDigests) compute(i int, path []Address) error {
	n := &d.nodes[i]
	path = append(path, n.Address)
	switch d.state[i] {
	case visited:
		return nil
	case visiting:
		return fmt.Errorf("%s depends on itself: %s", n.Address, joinAddresses(path))
	}
	d.state[i] = visiting
	for _, r := range n.refs {
		if !r.Exec {
			continue
		}
		if err := d.compute(d.index[r.To], path); err != nil {
			return err
		}
	}
	d.digest(i)
	d.state[i] = visited
	return nil
}

// digest computes the digest of a node whose dependencies have theirs. The spec
// has a canonical form: Add saw to that.
func (d *execDigests) digest(i int) {
	n := &d.nodes[i]
	n.ExecDigest, _ = digestOf(n.Spec, "exec/"+string(n.Spec.Kind()), maskExec, func(a Address) Digest { return d.nodes[d.index[a]].ExecDigest })
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

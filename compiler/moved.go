package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// move is a moved block: what was at from is at to, with all inside of it.
type move struct {
	from, to graph.Address
	*config.Moved
	m *module
}

// history reads moved and removed blocks into the meta of the nodes that they
// are about: old addresses change nothing of what a node is.
func (c *compilation) history(nodes []node) {
	moves, unsure := []move(nil), c.list.HasErrors()
	c.root.all(func(m *module) {
		u := m.unit()
		for _, block := range m.cfg.Moved {
			if mv, ok := u.move(block); ok {
				moves = append(moves, mv)
			}
		}
		for _, block := range m.cfg.Removed {
			if a, ok := u.oldAddress(block.From, block.Range, "A removed block"); ok {
				u.stillThere(a, block.From, nodes)
				nodes[0].removed = append(nodes[0].removed, string(a))
			}
		}
		m.report(u.list)
	})
	slices.Sort(nodes[0].removed)
	nodes[0].removed = slices.Compact(nodes[0].removed)
	if len(moves) == 0 {
		return
	}
	checkMoves(moves, nodes, unsure)
	for i := range nodes {
		nodes[i].moved = before(nodes[i].address, moves)
	}
}

func (u *unit) move(block *config.Moved) (move, bool) {
	from, ok := u.oldAddress(block.From, block.Range, "A moved block")
	to, also := u.newAddress(block)
	if !ok || !also {
		return move{}, false
	}
	if kindsOf(from) != kindsOf(to) {
		u.errorf(diag.BadMove, block.To.Range(), "Moved to another kind of thing", "%s can only become something of its kind, and of its resource type; %s is not.", u.m.local(from), u.m.local(to))
		return move{}, false
	}
	return move{from, to, block, u.m}, true
}

func (u *unit) newAddress(block *config.Moved) (graph.Address, bool) {
	if block.To == nil {
		u.errorf(diag.MissingField, block.Range, "Moved to where?", "A moved block has from and to.")
		return "", false
	}
	return u.writtenAddress(block.To)
}

func (u *unit) oldAddress(e config.Expr, at diag.Range, what string) (graph.Address, bool) {
	if e == nil {
		u.errorf(diag.MissingField, at, "Which address?", "%s says what had the address: from = job.test.", what)
		return "", false
	}
	return u.writtenAddress(e)
}

// writtenAddress reads an address that need not exist: job.a, module.m["k"],
// module.m["k"].resource.git.app[0].
func (u *unit) writtenAddress(e config.Expr) (graph.Address, bool) {
	refs := e.Refs()
	if len(refs) == 1 && refs[0].Whole && !refs[0].Open {
		if a, ok := addressIn(refs[0].Path); ok {
			return a.In(u.m.address), true
		}
	}
	u.errorf(diag.WrongReference, e.Range(), "No address", "Here stands the address of a job, a resource or a module, written out: job.unit, resource.git.app[\"x\"], module.service.job.unit.")
	return "", false
}

// addressIn takes segments for the address that they spell.
func addressIn(path []config.Segment) (graph.Address, bool) {
	words := map[string]int{"module": 1, "job": 1, "resource": 2, "resource_type": 1, "group": 1}
	var b strings.Builder
	for len(path) > 0 {
		kind, n := path[0].Name, words[path[0].Name]
		if n == 0 || len(path) <= n {
			return "", false
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(kind)
		for _, s := range path[1 : n+1] {
			b.WriteString("." + s.Name)
		}
		path = path[n+1:]
		if len(path) > 0 && path[0].Index == config.ByKey {
			b.WriteString(graph.Key(path[0].Name))
			path = path[1:]
		} else if len(path) > 0 && path[0].Index == config.ByNumber {
			b.WriteString("[" + path[0].Name + "]")
			path = path[1:]
		}
		if kind != "module" {
			return graph.Address(b.String()), len(path) == 0
		}
	}
	return graph.Address(b.String()), b.Len() > 0
}

// kindsOf is what must be the same of two addresses: job, resource.git, module.
func kindsOf(a graph.Address) string {
	local := string(a.Local())
	words := strings.SplitN(local, ".", 3)
	if words[0] == "resource" && len(words) == 3 {
		return words[0] + "." + words[1]
	}
	return words[0]
}

// under gives what follows when an address is the block, one of its instances,
// or inside of the module, that is named by another.
func under(a, name graph.Address) (rest graph.Address, ok bool) {
	rest, ok = graph.Address(strings.TrimPrefix(string(a), string(name))), strings.HasPrefix(string(a), string(name))
	return rest, ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// before are the addresses that a node had, the latest first.
func before(a graph.Address, moves []move) []string {
	var out []string
	for i := 0; i < len(moves); i++ {
		rest, ok := under(a, moves[i].to)
		if !ok {
			continue
		}
		a = moves[i].from + rest
		if slices.Contains(out, string(a)) {
			break
		}
		out = append(out, string(a))
		i = -1 // it may have come there from elsewhere
	}
	return out
}

// stillThere reports an address that a block says is gone.
func (u *unit) stillThere(a graph.Address, e config.Expr, nodes []node) bool {
	for _, n := range nodes {
		if n.address == a || strings.HasPrefix(string(n.address), string(a)+".") {
			u.list.Append(diag.Diagnostic{Code: diag.BadMove, Range: e.Range(), Summary: "It is still there",
				Detail:  fmt.Sprintf("This says that %s is gone, but the files still have it.", u.m.local(a)),
				Related: []diag.Related{{Message: "it is here", Range: n.at}}})
			return true
		}
	}
	return false
}

// checkMoves holds moved blocks against one another and against what there is.
// unsure: there may be more than is known.
func checkMoves(moves []move, nodes []node, unsure bool) {
	first := map[graph.Address]move{}
	for _, mv := range moves {
		u := mv.m.unit()
		if other, twice := first[mv.from]; twice {
			u.list.Append(diag.Diagnostic{Code: diag.BadMove, Range: mv.From.Range(), Summary: "Moved twice",
				Detail:  fmt.Sprintf("%s can have become only one thing.", mv.m.local(mv.from)),
				Related: []diag.Related{{Message: "the other block", Range: other.Range}}})
		}
		first[mv.from] = mv
		if !u.stillThere(mv.from, mv.From, nodes) && !unsure && !arrives(mv, moves, nodes) {
			u.errorf(diag.BadMove, mv.To.Range(), "Moved to nothing", "The files have nothing at %s, and no other moved block goes on from there. What is gone for good is named in a removed block.", mv.m.local(mv.to))
		}
		mv.m.report(u.list)
	}
}

// arrives says that what moves ends somewhere: at a node, or where another move
// begins.
func arrives(mv move, moves []move, nodes []node) bool {
	return slices.ContainsFunc(nodes, func(n node) bool { _, ok := under(n.address, mv.to); return ok }) ||
		slices.ContainsFunc(moves, func(next move) bool { _, ok := under(next.from, mv.to); return ok })
}

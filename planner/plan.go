package planner

import "github.com/weirci/weir/compiler/graph"

// Base is what a plan was made against. The zero value is no pipeline at all.
type Base struct {
	Revision int64
	Digest   graph.Digest // of the graph
}

// Plan is all that apply needs and all that people read before they allow it.
// It is a value: nobody changes one after it was made.
type Plan struct {
	Team      string
	Pipeline  string
	Base      Base
	Desired   *graph.Graph // nil: the pipeline is to be destroyed
	Changes   []Change     // sorted by address
	Unchanged int
	Effects   []Effect
}

// New plans the way from prior (nil: nothing there) to desired (nil: destroy).
// revision is that of prior. seen is what is known of the objects that exist; it
// may be empty.
func New(team, pipeline string, revision int64, prior, desired *graph.Graph, seen Observed) *Plan {
	d := Diff(prior, desired)
	p := &Plan{
		Team: team, Pipeline: pipeline, Base: Base{Revision: revision},
		Desired: desired, Changes: d.Changes, Unchanged: d.Unchanged,
		Effects: Effects(d.Changes, seen),
	}
	onPurpose(p.Effects, desired)
	if prior != nil {
		p.Base.Digest = prior.Digest()
	}
	return p
}

// Destroy says that the plan wants nothing to be left.
func (p *Plan) Destroy() bool { return p.Desired == nil }

// Empty says that there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 }

// Summary counts a plan's nodes by what happens to them.
type Summary struct{ Add, Change, Destroy, Affected, Unchanged int }

// Summary counts.
func (p *Plan) Summary() Summary {
	s := Summary{Unchanged: p.Unchanged}
	for _, c := range p.Changes {
		switch c.(type) {
		case Create:
			s.Add++
		case Update:
			s.Change++
		case Delete:
			s.Destroy++
		case Affected:
			s.Affected++
		}
	}
	return s
}

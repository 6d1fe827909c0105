package planner

import (
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// Effect is something that applying a plan will cause, in words.
type Effect struct {
	Address  graph.Address
	Sentence string // without the address, no capital, no full stop
	Loss     bool   // something is lost, or starts again from nothing
}

// Seen is what is known of an object when the plan is made.
type Seen struct {
	Versions int64   // of a resource, in its history
	Builds   int64   // of a job, in all
	Open     []int64 // numbers of a job's builds that are pending or running, rising
}

// Observed is what is known of the objects that a plan is about.
type Observed map[graph.Address]Seen

// Effects says what a list of changes will cause, in their order.
func Effects(changes []Change, seen Observed) []Effect {
	var out []Effect
	for _, c := range changes {
		at := c.At()
		if u, ok := c.(Update); ok {
			at = u.Was()
		}
		for _, rule := range rules {
			for _, e := range rule(c, seen[at]) {
				e.Address = c.At()
				out = append(out, e)
			}
		}
	}
	return out
}

// rule looks for one sort of effect of a change.
type rule func(Change, Seen) []Effect

// rules are all there are, in the order in which their effects are told.
var rules = []rule{
	moves, checksStart, historyRestarts, checksChange, pinChanges, resourceGoes,
	jobStarts, jobChanges, openBuildsStay, affectedJob, jobGoes, pipelineGoes,
}

func will(sentence string) []Effect  { return []Effect{{Sentence: sentence}} }
func loses(sentence string) []Effect { return []Effect{{Sentence: sentence, Loss: true}} }

// created, updated and deleted give the spec of a change if it is of a kind.
func created[S graph.Spec](c Change) (S, bool) {
	if c, ok := c.(Create); ok {
		s, ok := c.New.(S)
		return s, ok
	}
	var none S
	return none, false
}

func updated[S graph.Spec](c Change) (old, new S, ok bool) {
	if c, is := c.(Update); is {
		old, _ = c.Old.(S)
		new, ok = c.New.(S)
	}
	return old, new, ok
}

func deleted[S graph.Spec](c Change) (S, bool) {
	if c, ok := c.(Delete); ok {
		s, ok := c.Old.(S)
		return s, ok
	}
	var none S
	return none, false
}

// moves: what hangs on the old address goes along.
func moves(c Change, seen Seen) []Effect {
	u, ok := c.(Update)
	switch {
	case !ok || u.From == "":
		return nil
	case seen.Builds > 0:
		return will("was " + string(u.From) + ", and keeps its " + counted(seen.Builds, "build", "builds"))
	case seen.Versions > 0:
		return will("was " + string(u.From) + ", and keeps its " + counted(seen.Versions, "version", "versions"))
	}
	return will("was " + string(u.From))
}

// onPurpose takes the alarm out of effects on what a removed block names.
func onPurpose(effects []Effect, desired *graph.Graph) {
	n, ok := lookup(desired, graph.PipelineAddress)
	if !ok {
		return
	}
	for i, e := range effects {
		for _, gone := range n.Meta.Removed {
			if rest, ok := strings.CutPrefix(string(e.Address), gone); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				effects[i].Loss = false
			}
		}
	}
}

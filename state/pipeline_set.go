package state

import "github.com/weirci/weir/compiler/graph"

// SetRequest is a pipeline that a step of a build has compiled, to be planned.
type SetRequest struct {
	By             BuildRow
	Team, Pipeline string // that it is to be of
	Graph          []byte // canonical bytes, which nobody has looked at
}

// PipelineSet is what is to become of a pipeline that a step sets.
type PipelineSet struct {
	Run        string // that compiled it
	TeamID     string
	Pipeline   string
	Desired    *graph.Graph                   // nil: it is refused
	Guards     map[graph.Address]graph.Digest // what the plan touches, as it was
	PlanDigest graph.Digest
	Log        string    // for the step: the plan, or why not
	Answer     SetAnswer // unless a newer build has set it meanwhile
	Event      *Event    // of a refusal that belongs into the team's audit; nil: none
}

// SetAnswer is what became of a pipeline that a step sets.
type SetAnswer struct {
	Refused bool
	Message string
	Fault   Fault // of a refusal
}

package policy

import (
	"context"
	"fmt"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// Policy is one file.
type Policy struct {
	Name string `json:"name"` // of the file, for messages
	Text string `json:"text"`
}

// Verdict is what the policies say of a pipeline.
type Verdict struct {
	Findings []Finding `json:"findings,omitempty"`
	Faults   []Fault   `json:"faults,omitempty"`
}

// Finding is one entry of deny or warn.
type Finding struct {
	Policy  string        `json:"policy"`
	Deny    bool          `json:"deny"`
	Message string        `json:"message"`
	Address graph.Address `json:"address,omitempty"` // of a node, or job.unit#3: a step of it
}

// Fault is why a policy could not be evaluated.
type Fault struct {
	Policy  string `json:"policy"`
	Message string `json:"message"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Byte    int    `json:"byte,omitempty"`
}

// Judge evaluates policies over a graph. An error means that it could not even
// try.
type Judge interface {
	Judge(ctx context.Context, policies []Policy, g *graph.Graph) (Verdict, error)
}

// Denied says whether the pipeline must not be applied.
func (v Verdict) Denied() bool {
	for _, f := range v.Findings {
		if f.Deny {
			return true
		}
	}
	return len(v.Faults) > 0
}

// Reasons are one line for each thing that stands in the way.
func (v Verdict) Reasons() []string {
	var out []string
	for _, f := range v.Findings {
		if f.Deny {
			out = append(out, f.String())
		}
	}
	for _, f := range v.Faults {
		out = append(out, f.String())
	}
	return out
}

// String is "job.unit: what is wrong (policy.cue)".
func (f Finding) String() string {
	node, _ := f.Node()
	if node == "" {
		return fmt.Sprintf("%s (%s)", f.Message, f.Policy)
	}
	return fmt.Sprintf("%s: %s (%s)", node, f.Message, f.Policy)
}

// Node is the address without the step, and the number of the step in the order
// of graph.Walk, -1 for none.
func (f Finding) Node() (graph.Address, int) {
	a, number, found := strings.Cut(string(f.Address), "#")
	n := -1
	if found {
		if _, err := fmt.Sscanf(number, "%d", &n); err != nil {
			n = -1
		}
	}
	return graph.Address(a), n
}

// String is "policy.cue:3:4: the policy cannot be evaluated: why".
func (f Fault) String() string {
	at := f.Policy
	if f.Line > 0 {
		at = fmt.Sprintf("%s:%d:%d", f.Policy, f.Line, f.Column)
	}
	return at + ": the policy cannot be evaluated: " + f.Message
}

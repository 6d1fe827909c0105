package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

func unknownTag() Rule {
	return Rule{Code: diag.UnknownTag, Severity: diag.Warning, Summary: "No worker with these tags",
		Why:  "What asks for tags that no worker has waits until such a worker comes. The server knows its workers, so this is looked at with `--server` only.",
		Fix:  "Correct the tags, or start a worker with them.",
		skip: func(in Input) bool { return in.Workers == nil },
		check: func(p *pass, out report) {
			written := p.resources()
			for _, n := range p.Graph.Nodes() {
				if r, ok := n.Spec.(graph.Resource); ok {
					at := p.Origins[n.Address].Range
					if w := written[at]; w != nil && w.Tags != nil {
						at = w.Tags.Range()
					}
					p.unplaceable(r.Tags, at, out)
				}
			}
			for _, j := range p.jobs {
				for _, s := range j.steps {
					at := s.written.Range
					if s.written.Tags != nil {
						at = s.written.Tags.Range()
					}
					p.unplaceable(s.Tags, at, out)
				}
			}
		}}
}

func (p *pass) unplaceable(tags []string, at diag.Range, out report) {
	if len(tags) == 0 {
		return
	}
	var known []string
	for _, has := range p.Workers {
		if !slices.ContainsFunc(tags, func(t string) bool { return !slices.Contains(has, t) }) {
			return
		}
		known = append(known, has...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	d := diag.Diagnostic{Range: at, Detail: fmt.Sprintf("No worker of the server has %s.", strings.Join(tags, " and "))}
	for _, t := range tags {
		if near, ok := diag.Nearest(t, known); ok && near != t {
			d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean %q?", near)}
		}
	}
	if len(known) > 0 && d.Fix == nil {
		d.Detail += " Their tags are: " + strings.Join(known, ", ") + "."
	}
	out(d)
}

package compiler

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

const defaultTeam = "main"

// pipeline compiles the pipeline block; there must be exactly one.
func (c *compilation) pipeline(l *diag.List) node {
	all := c.root.cfg.Pipelines
	if len(all) == 0 {
		l.Append(diag.Diagnostic{Code: diag.OnePipeline, Summary: "No pipeline block",
			Detail: "The files define no pipeline, so what they hold has no name.",
			Fix:    &diag.Fix{Help: `add pipeline "name" {}`}})
		return node{m: c.root, address: graph.PipelineAddress, spec: graph.Pipeline{}}
	}
	for _, more := range all[1:] {
		l.Append(diag.Diagnostic{Code: diag.OnePipeline, Range: more.Range, Summary: "Second pipeline block",
			Detail:  "A directory is one pipeline, so there is one pipeline block.",
			Related: []diag.Related{{Message: "the first one", Range: all[0].Range}}})
	}
	u, p := c.root.unit(), all[0]
	checkName(p.Name, "pipeline", &u.list)
	spec := graph.Pipeline{Name: p.Name.Text, Team: defaultTeam, Description: u.word(p.Description), Labels: u.pairs(p.Labels)}
	spec.Notify = u.notifications(p.Notify)
	if p.Display != nil {
		spec.Display.Background = u.word(p.Display.Background)
	}
	if team, ok := u.text(p.Team); ok && checkName(config.Name{Text: team, Range: p.Team.Range()}, "team", &u.list) {
		spec.Team = team
	}
	return node{m: c.root, address: graph.PipelineAddress, spec: spec, at: p.Range, list: u.list}
}

package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

func (a *App) validateCommand() *cobra.Command {
	var s source
	cmd := &cobra.Command{
		Use:   "validate [DIR]",
		Short: "Say whether a pipeline is right, and all that is wrong with it",
		Args:  atMostOne(),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := a.inspect(s, directory(args))
			if err != nil {
				return err
			}
			if err := a.validated(c); err != nil {
				return err
			}
			return c.exit()
		},
	}
	s.add(cmd)
	a.addFormat(cmd)
	return cmd
}

// validated prints what there is to say of a pipeline. For programs the report
// is the result, so it goes to standard output; for people it is what went wrong.
func (a *App) validated(c compiled) error {
	to := a.Out
	if a.format == "text" {
		to = a.Err
	}
	if a.global.json && c.graph != nil {
		return a.valid(c)
	}
	if err := a.report(to, c.findings); err != nil || c.graph == nil || a.format == "sarif" {
		return err
	}
	return a.valid(c)
}

func (a *App) valid(c compiled) error {
	g := c.graph
	counts := map[graph.Kind]int{}
	for _, n := range g.Nodes() {
		counts[n.Address.Kind()]++
	}
	if a.global.json {
		return view.WriteValue(a.Out, map[string]any{
			"pipeline": g.Pipeline().Name, "digest": g.Digest(), "jobs": counts[graph.KindJob],
			"resources": counts[graph.KindResource], "resource_types": counts[graph.KindResourceType],
			"diagnostics": diag.Items(c.list, c.sources),
		})
	}
	_, err := fmt.Fprintf(a.Out, "Pipeline %s is valid: %s, %s.\n", g.Pipeline().Name,
		view.Count(counts[graph.KindJob], "job"), view.Count(counts[graph.KindResource], "resource"))
	return err
}

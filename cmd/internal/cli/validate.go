package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/compiler/graph"
)

func (a *App) validateCommand() *cobra.Command {
	var s source
	cmd := &cobra.Command{
		Use:   "validate [DIR]",
		Short: "Say whether a pipeline is right, and all that is wrong with it",
		Args:  atMostOne(),
		RunE: func(_ *cobra.Command, args []string) error {
			g, err := a.compile(s, directory(args))
			if err != nil {
				return err
			}
			return a.valid(g)
		},
	}
	s.add(cmd)
	return cmd
}

func (a *App) valid(g *graph.Graph) error {
	counts := map[graph.Kind]int{}
	for _, n := range g.Nodes() {
		counts[n.Address.Kind()]++
	}
	if a.global.json {
		return view.WriteValue(a.Out, map[string]any{
			"pipeline": g.Pipeline().Name, "digest": g.Digest(), "jobs": counts[graph.KindJob],
			"resources": counts[graph.KindResource], "resource_types": counts[graph.KindResourceType],
		})
	}
	_, err := fmt.Fprintf(a.Out, "Pipeline %s is valid: %s, %s.\n", g.Pipeline().Name,
		view.Count(counts[graph.KindJob], "job"), view.Count(counts[graph.KindResource], "resource"))
	return err
}

package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/compiler/graph/draw"
)

// graphFormats are the ways to draw a graph.
func graphFormats() map[string]func(*graph.Graph) string {
	return map[string]func(*graph.Graph) string{"text": draw.Text, "dot": draw.DOT, "mermaid": draw.Mermaid}
}

func (a *App) graphCommand() *cobra.Command {
	var s source
	var format string
	cmd := &cobra.Command{
		Use:   "graph [DIR]",
		Short: "Draw the plan graph as text, for Graphviz or for Mermaid",
		Args:  atMostOne(),
		RunE: func(_ *cobra.Command, args []string) error {
			render, ok := graphFormats()[format]
			if !ok {
				return problemf("there is no format %q: text, dot and mermaid are known.", format)
			}
			g, err := a.compile(s, directory(args))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.Out, strings.TrimRight(render(g), "\n"))
			return err
		},
	}
	s.add(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "text, dot or mermaid")
	return cmd
}

package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/compiler/graph/draw"
)

// graphFormats are the ways to draw a graph.
func graphFormats() map[string]func(*graph.Graph) string {
	return map[string]func(*graph.Graph) string{"text": draw.Text, "dot": draw.DOT, "mermaid": draw.Mermaid, "svg": draw.SVG}
}

func (a *App) graphCommand() *cobra.Command {
	var s source
	var format, output string
	cmd := &cobra.Command{
		Use:   "graph [DIR]",
		Short: "Draw the plan graph as text, for Graphviz or Mermaid, or as a picture",
		Args:  atMostOne(),
		RunE: func(_ *cobra.Command, args []string) error {
			render, ok := graphFormats()[format]
			if !ok {
				return problemf("there is no format %q: text, dot, mermaid and svg are known.", format)
			}
			g, err := a.compile(s, directory(args))
			if err != nil {
				return err
			}
			return a.writeOut(output, []byte(strings.TrimRight(render(g), "\n")+"\n"))
		},
	}
	s.add(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "text, dot, mermaid or svg")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write, instead of standard output")
	return cmd
}

// writeOut writes a result to a file, or to standard output if there is none.
func (a *App) writeOut(file string, b []byte) error {
	if file == "" {
		_, err := a.Out.Write(b)
		return err
	}
	if err := os.WriteFile(file, b, 0o644); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	return nil
}

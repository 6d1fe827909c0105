package cli

import (
	"github.com/spf13/cobra"
)

func (a *App) compileCommand() *cobra.Command {
	var s source
	cmd := &cobra.Command{
		Use:   "compile [DIR]",
		Short: "Print the plan graph as canonical JSON",
		Long:  "Print the plan graph that a pipeline compiles to, as canonical JSON: the same pipeline\nand the same values give the same bytes on every machine.",
		Args:  atMostOne(),
		RunE: func(_ *cobra.Command, args []string) error {
			g, err := a.compile(s, directory(args))
			if err != nil {
				return err
			}
			b, err := g.JSON()
			if err != nil {
				return err
			}
			_, err = a.Out.Write(append(b, '\n'))
			return err
		},
	}
	s.add(cmd)
	a.addFormat(cmd)
	return cmd
}

package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// newRoot makes the tree of commands.
func newRoot(a *App) *cobra.Command {
	root := &cobra.Command{
		Use:   "weir",
		Short: "Pipelines that are planned, applied and kept true",
		Long: `Weir runs CI/CD pipelines: written in HCL, compiled to a plan graph, planned and
applied like infrastructure, and run in containers.

Start with "weir dev" in one terminal and "weir apply" in another.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          func(cmd *cobra.Command, args []string) error { return noCommand(cmd, args) },
	}
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return problem(err.Error(), "See `"+cmd.CommandPath()+" --help`.")
	})
	a.globalFlags(root)
	_ = root.RegisterFlagCompletionFunc("pipeline", a.completePipelines) // fails only for a flag that is not there
	addGroups(a, root)
	return root
}

func (a *App) globalFlags(root *cobra.Command) {
	f, g := root.PersistentFlags(), &a.global
	f.StringVar(&g.server, "server", "", "address of the server (WEIR_SERVER)")
	f.StringVar(&g.token, "token", "", "token to be known by (WEIR_TOKEN)")
	f.StringVar(&g.team, "team", "", "refuse to work in another team than this (WEIR_TEAM)")
	f.StringVar(&g.target, "target", "", "a named target, see weir target")
	f.StringVarP(&g.pipeline, "pipeline", "p", a.Getenv("WEIR_PIPELINE"), "pipeline (WEIR_PIPELINE)")
	f.BoolVar(&g.json, "json", false, "print JSON")
	f.BoolVar(&g.noColor, "no-color", false, "no colours (NO_COLOR)")
}

// noCommand is called without a command, or with one that does not exist.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	p := problemf("there is no command %q.", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		p.Hints = append(p.Hints, "Did you mean `weir "+strings.Join(near, "` or `weir ")+"`?")
	}
	p.Hints = append(p.Hints, "`weir --help` lists all commands.")
	return p
}

// atMostOne is cobra's check with a message that says what is expected.
func atMostOne() cobra.PositionalArgs { return between(0, 1) }

func exactly(n int) cobra.PositionalArgs { return between(n, n) }

func between(low, high int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < low:
			return usage(cmd, "an argument is missing")
		case len(args) > high:
			return usage(cmd, "too many arguments: "+strings.Join(args[high:], " "))
		}
		return nil
	}
}

func usage(cmd *cobra.Command, what string) error {
	return problem(what+".", "Usage: "+cmd.UseLine())
}

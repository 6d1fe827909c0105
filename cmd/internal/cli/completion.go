package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func (a *App) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "completion bash|zsh|fish|powershell",
		Short:     "Print a script that completes weir's commands in a shell",
		Long:      "Print a script that completes weir's commands in a shell.\n\n  bash: source <(weir completion bash)\n  zsh:  weir completion zsh > \"${fpath[1]}/_weir\"\n  fish: weir completion fish > ~/.config/fish/completions/weir.fish",
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.Out, true)
			case "zsh":
				return root.GenZshCompletion(a.Out)
			case "fish":
				return root.GenFishCompletion(a.Out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.Out)
			}
			return problemf("there is no completion for %q: bash, zsh, fish and powershell are known.", args[0])
		},
	}
}

// completePatience is how long a shell waits for a server at most.
const completePatience = 2 * time.Second

type completer = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// complete offers names that a server gives. A server that does not answer
// offers nothing: a shell is no place for errors.
func (a *App) complete(names func(ctx context.Context, c *clients) ([]string, error)) completer {
	return func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), completePatience)
		defer cancel()
		c, err := a.dial(ctx)
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		all, err := names(ctx, c)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var fit []string
		for _, n := range all {
			if strings.HasPrefix(n, prefix) {
				fit = append(fit, n)
			}
		}
		return fit, cobra.ShellCompDirectiveNoFileComp
	}
}

func (a *App) completeJobs(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	return a.complete(func(ctx context.Context, c *clients) ([]string, error) {
		jobs, err := c.listJobs(ctx, a.global.pipeline)
		var names []string
		for _, j := range jobs {
			names = append(names, j.Name)
		}
		return names, err
	})(cmd, args, prefix)
}

func (a *App) completeResources(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	return a.complete(func(ctx context.Context, c *clients) ([]string, error) {
		resources, err := c.listResources(ctx, a.global.pipeline)
		var names []string
		for _, r := range resources {
			names = append(names, resourceNames(r)...)
		}
		return names, err
	})(cmd, args, prefix)
}

func (a *App) completePipelines(cmd *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	return a.complete(func(ctx context.Context, c *clients) ([]string, error) {
		pipelines, err := c.listPipelines(ctx, true)
		var names []string
		for _, p := range pipelines {
			names = append(names, p.Name)
		}
		return names, err
	})(cmd, nil, prefix)
}

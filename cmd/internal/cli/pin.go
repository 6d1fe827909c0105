package cli

import (
	"context"
	"fmt"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

// aboutVersions says how a version is named on the command line.
const aboutVersions = `VERSION is "latest", KEY=VALUE pairs such as ref=4f2a1c,branch=main, or a value alone. Values
may be cut short as long as one version begins with them: the versions are listed by
weir versions RESOURCE.`

func (a *App) pinCommand() *cobra.Command {
	var comment string
	cmd := a.ofVersion("pin", "Hold a resource at a version", func(ctx context.Context, c *clients, r *weirv1.Resource, v map[string]string) error {
		req := &weirv1.PinRequest{Pipeline: r.Pipeline, Resource: r.Address, Version: v, Comment: comment}
		if _, err := c.resources.Pin(ctx, connect.NewRequest(req)); err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "%s is pinned to %s.\n", r.Address, view.Pairs(v))
		return nil
	})
	cmd.Long += "\n\nBuilds that begin after this have that version, until weir unpin. A pin in the pipeline itself goes before it."
	cmd.Flags().StringVar(&comment, "comment", "", "why, for those who find it")
	return cmd
}

func (a *App) unpinCommand() *cobra.Command {
	return a.ofResource("unpin", "Let a resource go on from the version that it is pinned to", func(ctx context.Context, c *clients, r *weirv1.Resource) error {
		if _, err := c.resources.Unpin(ctx, connect.NewRequest(&weirv1.UnpinRequest{Pipeline: r.Pipeline, Resource: r.Address})); err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "%s is not pinned.\n", r.Address)
		return nil
	})
}

func (a *App) disableCommand() *cobra.Command {
	return a.enables("disable", "Keep a version of a resource from builds that begin after this", false)
}

func (a *App) enableCommand() *cobra.Command {
	return a.enables("enable", "Give a disabled version of a resource back to builds", true)
}

func (a *App) enables(use, short string, enabled bool) *cobra.Command {
	return a.ofVersion(use, short, func(ctx context.Context, c *clients, r *weirv1.Resource, v map[string]string) error {
		req := &weirv1.EnableVersionRequest{Pipeline: r.Pipeline, Resource: r.Address, Version: v, Enabled: enabled}
		if _, err := c.resources.EnableVersion(ctx, connect.NewRequest(req)); err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "%s: %s is %sd.\n", r.Address, view.Pairs(v), use)
		return nil
	})
}

func (a *App) clearVersionsCommand() *cobra.Command {
	cmd := a.ofResource("clear-versions", "Forget the versions of a resource, and look for them anew", func(ctx context.Context, c *clients, r *weirv1.Resource) error {
		res, err := c.resources.ClearVersions(ctx, connect.NewRequest(&weirv1.ClearVersionsRequest{Pipeline: r.Pipeline, Resource: r.Address}))
		if err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "%s: %s forgotten, and it is checked from nothing.\n", r.Address, view.Count(int(res.Msg.Cleared), "version"))
		return nil
	})
	cmd.Long = `Forget the versions of a resource, and look for them anew.

Builds keep what they had. A version that is found again is no new one: no build begins for it that
there was already, and what was disabled stays so. Resources of the same type and source, in the
other pipelines of the team, have their versions together and are cleared with it.`
	return cmd
}

// ofResource is a command about one resource.
func (a *App) ofResource(use, short string, do func(context.Context, *clients, *weirv1.Resource) error) *cobra.Command {
	return &cobra.Command{
		Use: use + " RESOURCE", Short: short, Args: exactly(1), ValidArgsFunction: a.completeResources,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			r, err := a.findResource(cmd.Context(), c, args[0])
			if err != nil {
				return err
			}
			return do(cmd.Context(), c, r)
		},
	}
}

// ofVersion is a command about one version of a resource.
func (a *App) ofVersion(use, short string, do func(context.Context, *clients, *weirv1.Resource, map[string]string) error) *cobra.Command {
	var version string
	cmd := a.ofResource(use, short, func(ctx context.Context, c *clients, r *weirv1.Resource) error {
		v, err := c.findVersion(ctx, r, version)
		if err != nil {
			return err
		}
		return do(ctx, c, r, v)
	})
	cmd.Use, cmd.Args, cmd.Long = use+" RESOURCE VERSION", exactly(2), short+".\n\n"+aboutVersions
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error { version = args[1]; return run(cmd, args[:1]) }
	return cmd
}

// findVersion finds the one version that a text means.
func (c *clients) findVersion(ctx context.Context, r *weirv1.Resource, text string) (map[string]string, error) {
	req := &weirv1.ListVersionsRequest{Pipeline: r.Pipeline, Resource: r.Address, Limit: 1000}
	res, err := c.resources.ListVersions(ctx, connect.NewRequest(req))
	if err != nil {
		return nil, err
	}
	all := make([]map[string]string, len(res.Msg.Versions))
	for i, v := range res.Msg.Versions {
		all[i] = v.Version
	}
	found := matching(all, text)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, problem(fmt.Sprintf("%s: %d versions begin with %q.", r.Address, len(found), text), "They are "+fewPairs(found)+". Write more of the one that is meant.")
	}
	hint := "See `weir versions " + shellWord(r.Address) + "`; older ones are found with `weir check --from`."
	return nil, problem(fmt.Sprintf("%s has no version %q.", r.Address, text), hint)
}

// matching are the versions, newest first, that a text means: one that has exactly
// what it says goes before those that only begin so.
func matching(all []map[string]string, text string) []map[string]string {
	if text == "latest" && len(all) > 0 {
		return all[:1]
	}
	if exact := which(all, text, func(v, want string) bool { return v == want }); len(exact) > 0 {
		return exact
	}
	return which(all, text, strings.HasPrefix)
}

func which(all []map[string]string, text string, same func(v, want string) bool) []map[string]string {
	var out []map[string]string
	for _, v := range all {
		if meant(v, text, same) {
			out = append(out, v)
		}
	}
	return out
}

// meant says that one value is the text, or that it consists of pairs that all are
// the version's.
func meant(v map[string]string, text string, same func(v, want string) bool) bool {
	for _, value := range v {
		if text != "" && same(value, text) {
			return true
		}
	}
	for pair := range strings.SplitSeq(text, ",") {
		key, want, ok := strings.Cut(pair, "=")
		if value, there := v[key]; !ok || !there || !same(value, want) {
			return false
		}
	}
	return true
}

func fewPairs(versions []map[string]string) string {
	const few = 5
	var out []string
	for _, v := range versions[:min(few, len(versions))] {
		out = append(out, view.Pairs(v))
	}
	if len(versions) > few {
		out = append(out, "…")
	}
	return strings.Join(out, "; ")
}

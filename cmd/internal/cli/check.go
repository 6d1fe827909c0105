package cli

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) checkCommand() *cobra.Command {
	var from map[string]string
	var logs bool
	cmd := &cobra.Command{
		Use:               "check RESOURCE",
		Short:             "Look for new versions of a resource now, and wait for the answer",
		Args:              exactly(1),
		ValidArgsFunction: a.completeResources,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), args[0], from, logs) },
	}
	cmd.Flags().StringToStringVar(&from, "from", nil, "look from this version on: --from ref=abc")
	cmd.Flags().BoolVar(&logs, "logs", false, "show what the check wrote")
	return cmd
}

func (a *App) check(ctx context.Context, arg string, from map[string]string, logs bool) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	r, err := a.findResource(ctx, c, arg)
	if err != nil {
		return err
	}
	req := &weirv1.CheckRequest{Pipeline: r.Pipeline, Resource: r.Address, From: from}
	res, err := c.resources.Check(ctx, connect.NewRequest(req))
	if err != nil {
		return err
	}
	if logs && !a.global.json {
		if err := a.checkLog(ctx, c, r); err != nil {
			return err
		}
	}
	if a.global.json {
		if err := view.WriteMessage(a.Out, res.Msg); err != nil || res.Msg.Ok {
			return err
		}
		return exitCode(2)
	}
	if !res.Msg.Ok {
		return problem(fmt.Sprintf("%s: check: %s", r.Address, res.Msg.Error))
	}
	fmt.Fprintf(a.Out, "%s: %s\n", r.Address, found(res.Msg))
	return nil
}

// checkLog shows what the newest check of a resource wrote.
func (a *App) checkLog(ctx context.Context, c *clients, r *weirv1.Resource) error {
	res, err := c.resources.LastCheck(ctx, connect.NewRequest(&weirv1.LastCheckRequest{Pipeline: r.Pipeline, Resource: r.Address}))
	if err != nil {
		return err
	}
	view.CheckLog(a.Out, res.Msg)
	return nil
}

func found(res *weirv1.CheckResponse) string {
	latest := "there is no version yet"
	if len(res.Latest) > 0 {
		latest = "the latest is " + view.Pairs(res.Latest)
	}
	switch res.Found {
	case 0:
		return "no new versions, " + latest
	case 1:
		return "1 new version, " + latest
	}
	return fmt.Sprintf("%d new versions, %s", res.Found, latest)
}

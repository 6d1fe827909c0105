package cli

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) resourcesCommand() *cobra.Command {
	var flags listFlags
	cmd := &cobra.Command{
		Use:   "resources [RESOURCE]",
		Short: "List resources and their newest versions, or show one with its last check",
		Args:  cobra.MaximumNArgs(1), ValidArgsFunction: a.completeResources,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			if len(args) == 1 {
				return a.showResource(cmd.Context(), c, args[0])
			}
			l := listing[*weirv1.Resource]{table: view.Resources, fetch: func(ctx context.Context) ([]*weirv1.Resource, error) {
				return c.listResources(ctx, a.global.pipeline)
			}}
			return l.run(cmd.Context(), a, flags)
		},
	}
	flags.add(cmd)
	return cmd
}

func (c *clients) listResources(ctx context.Context, pipeline string) ([]*weirv1.Resource, error) {
	res, err := c.resources.ListResources(ctx, connect.NewRequest(&weirv1.ListResourcesRequest{Pipeline: pipeline}))
	if err != nil {
		return nil, err
	}
	return res.Msg.Resources, nil
}

// showResource shows one resource, and what its last check wrote.
func (a *App) showResource(ctx context.Context, c *clients, arg string) error {
	r, err := a.findResource(ctx, c, arg)
	if err != nil {
		return err
	}
	if a.global.json {
		return view.WriteMessage(a.Out, r)
	}
	if err := view.Resources(a.Now(), []*weirv1.Resource{r}).Write(a.Out, a.terminal()); err != nil {
		return err
	}
	return a.checkLog(ctx, c, r)
}

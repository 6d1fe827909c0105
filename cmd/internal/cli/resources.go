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
		Use:   "resources",
		Short: "List resources and their newest versions",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
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

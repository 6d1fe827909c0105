package cli

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) pipelinesCommand() *cobra.Command {
	var flags listFlags
	var all bool
	cmd := &cobra.Command{
		Use:   "pipelines",
		Short: "List the team's pipelines",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			l := listing[*weirv1.Pipeline]{fetch: func(ctx context.Context) ([]*weirv1.Pipeline, error) { return c.listPipelines(ctx, all) }, table: view.Pipelines}
			return l.run(cmd.Context(), a, flags)
		},
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "archived ones too")
	return cmd
}

func (c *clients) listPipelines(ctx context.Context, all bool) ([]*weirv1.Pipeline, error) {
	res, err := c.pipelines.ListPipelines(ctx, connect.NewRequest(&weirv1.ListPipelinesRequest{All: all}))
	if err != nil {
		return nil, err
	}
	return res.Msg.Pipelines, nil
}

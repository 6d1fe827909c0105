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
	cmd := &cobra.Command{
		Use:   "pipelines",
		Short: "List the team's pipelines",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			l := listing[*weirv1.Pipeline]{fetch: c.listPipelines, table: view.Pipelines}
			return l.run(cmd.Context(), a, flags)
		},
	}
	flags.add(cmd)
	return cmd
}

func (c *clients) listPipelines(ctx context.Context) ([]*weirv1.Pipeline, error) {
	res, err := c.pipelines.ListPipelines(ctx, connect.NewRequest(&weirv1.ListPipelinesRequest{}))
	if err != nil {
		return nil, err
	}
	return res.Msg.Pipelines, nil
}

package cli

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) jobsCommand() *cobra.Command {
	var flags listFlags
	cmd := &cobra.Command{
		Use:   "jobs",
		Short: "List jobs, each with its last and its next build",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			l := listing[*weirv1.Job]{table: view.Jobs, fetch: func(ctx context.Context) ([]*weirv1.Job, error) {
				return c.listJobs(ctx, a.global.pipeline)
			}}
			return l.run(cmd.Context(), a, flags)
		},
	}
	flags.add(cmd)
	return cmd
}

func (c *clients) listJobs(ctx context.Context, pipeline string) ([]*weirv1.Job, error) {
	res, err := c.builds.ListJobs(ctx, connect.NewRequest(&weirv1.ListJobsRequest{Pipeline: pipeline}))
	if err != nil {
		return nil, err
	}
	return res.Msg.Jobs, nil
}

package cli

import (
	"context"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) versionsCommand() *cobra.Command {
	var flags listFlags
	var limit int32
	cmd := &cobra.Command{
		Use:               "versions RESOURCE",
		Short:             "List the versions of a resource, newest first",
		Args:              exactly(1),
		ValidArgsFunction: a.completeResources,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			r, err := a.findResource(cmd.Context(), c, args[0])
			if err != nil {
				return err
			}
			return c.versions(r, limit).run(cmd.Context(), a, flags)
		},
	}
	flags.add(cmd)
	cmd.Flags().Int32VarP(&limit, "limit", "n", 20, "how many at most")
	return cmd
}

func (c *clients) versions(r *weirv1.Resource, limit int32) listing[*weirv1.Version] {
	return listing[*weirv1.Version]{
		fetch: func(ctx context.Context) ([]*weirv1.Version, error) {
			req := &weirv1.ListVersionsRequest{Pipeline: r.Pipeline, Resource: r.Address, Limit: limit}
			res, err := c.resources.ListVersions(ctx, connect.NewRequest(req))
			if err != nil {
				return nil, err
			}
			return res.Msg.Versions, nil
		},
		table: func(now time.Time, all []*weirv1.Version) view.Table { return view.Versions(now, r.Address, all) },
	}
}

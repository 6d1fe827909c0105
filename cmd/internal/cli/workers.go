package cli

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) workersCommand() *cobra.Command {
	var flags listFlags
	cmd := &cobra.Command{
		Use:   "workers",
		Short: "List the workers (for operators)",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			l := listing[*weirv1.Worker]{table: view.Workers, fetch: func(ctx context.Context) ([]*weirv1.Worker, error) {
				res, err := c.admin.ListWorkers(ctx, connect.NewRequest(&weirv1.ListWorkersRequest{}))
				if err != nil {
					return nil, err
				}
				return res.Msg.Workers, nil
			}}
			return l.run(cmd.Context(), a, flags)
		},
	}
	flags.add(cmd)
	return cmd
}

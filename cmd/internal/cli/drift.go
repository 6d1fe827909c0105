package cli

import (
	"context"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

type driftOptions struct {
	listFlags
	detailed bool
}

func (a *App) driftCommand() *cobra.Command {
	var o driftOptions
	cmd := &cobra.Command{
		Use:   "drift",
		Short: "Show what is not as it was applied",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := a.drift(cmd.Context(), o)
			if o.detailed {
				return detailed(err)
			}
			return err
		},
	}
	o.add(cmd)
	cmd.Flags().BoolVar(&o.detailed, "detailed-exitcode", false, "exit with 0 for none, 1 for an error, 2 where something drifted")
	return cmd
}

func (a *App) drift(ctx context.Context, o driftOptions) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	drifted := false
	l := listing[*weirv1.Drift]{
		fetch: func(ctx context.Context) ([]*weirv1.Drift, error) {
			res, err := c.pipelines.Drift(ctx, connect.NewRequest(&weirv1.DriftRequest{Pipeline: a.global.pipeline}))
			if err != nil {
				return nil, err
			}
			drifted = len(res.Msg.Drifts) > 0
			return res.Msg.Drifts, nil
		},
		table: func(_ time.Time, all []*weirv1.Drift) view.Table { return view.Drifts(all) },
	}
	if err := l.run(ctx, a, o.listFlags); err != nil {
		return err
	}
	if drifted && o.detailed {
		return errChanges
	}
	return nil
}

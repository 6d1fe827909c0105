package cli

import (
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) notificationsCommand() *cobra.Command {
	var flags listFlags
	var failed bool
	var limit int32
	cmd := &cobra.Command{
		Use:   "notifications",
		Short: "List what was sent because of builds, what waits, and what was given up",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			l := listing[*weirv1.Notification]{table: view.Notifications, fetch: func(ctx context.Context) ([]*weirv1.Notification, error) {
				return c.notifications(ctx, &weirv1.ListNotificationsRequest{Pipeline: a.global.pipeline, Failed: failed, Limit: limit})
			}}
			return l.run(cmd.Context(), a, flags)
		},
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&failed, "failed", false, "only those that were given up")
	cmd.Flags().Int32VarP(&limit, "limit", "n", 50, "how many at most")
	cmd.AddCommand(a.notificationsRetryCommand(), a.notificationsTestCommand())
	return cmd
}

func (c *clients) notifications(ctx context.Context, req *weirv1.ListNotificationsRequest) ([]*weirv1.Notification, error) {
	res, err := c.notified.ListNotifications(ctx, connect.NewRequest(req))
	if err != nil {
		return nil, err
	}
	return res.Msg.Notifications, nil
}

func (a *App) notificationsRetryCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "retry ID",
		Short: "Have a notification sent that was given up",
		Long:  "Have a notification sent that was given up, with what the pipeline says now. ID is its\nnumber or its id in weir notifications.",
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			res, err := c.notified.RetryNotification(cmd.Context(), connect.NewRequest(&weirv1.RetryNotificationRequest{Id: args[0]}))
			if err != nil {
				return err
			}
			if a.global.json {
				return view.WriteMessage(a.Out, res.Msg)
			}
			fmt.Fprintf(a.Out, "Notification %d is sent again.\n", res.Msg.Number)
			return nil
		},
	}
}

// testPatience is how long the answer to a test is awaited.
const testPatience = 30 * time.Second

func (a *App) notificationsTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test [PIPELINE/]ADDRESS",
		Short: "Send a test to whom a notify block names",
		Long:  "Send a test to whom a notify block names, on the way that all notifications take. ADDRESS\nis notify.NAME, job.JOB.notify.NAME, or the name where only one has it. Of a forge the\nrepository is asked for: no commit gets a status.",
		Args:  exactly(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.testNotification(cmd.Context(), args[0]) },
	}
}

func (a *App) testNotification(ctx context.Context, arg string) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	pipeline, address := splitName(arg)
	if pipeline, err = a.onePipeline(ctx, c, firstOf(pipeline, a.global.pipeline)); err != nil {
		return err
	}
	res, err := c.notified.TestNotification(ctx, connect.NewRequest(&weirv1.TestNotificationRequest{Pipeline: pipeline, Address: address}))
	if err != nil {
		return err
	}
	n, err := c.awaitNotification(ctx, res.Msg.Id)
	if err != nil {
		return err
	}
	if a.global.json {
		if err := view.WriteMessage(a.Out, n); err != nil {
			return err
		}
	} else if n.State == "sent" {
		fmt.Fprintf(a.Out, "%s has the test.\n", n.Address)
	}
	if n.State != "sent" {
		return problem(fmt.Sprintf("%s does not have the test: %s", n.Address, n.Reason))
	}
	return nil
}

// onePipeline is the pipeline that was named, or the only one there is.
func (a *App) onePipeline(ctx context.Context, c *clients, name string) (string, error) {
	if name != "" {
		return name, nil
	}
	res, err := c.pipelines.ListPipelines(ctx, connect.NewRequest(&weirv1.ListPipelinesRequest{}))
	if err != nil {
		return "", err
	}
	if len(res.Msg.Pipelines) != 1 {
		return "", problem("which pipeline?", "Write PIPELINE/ADDRESS, or name it with --pipeline.")
	}
	return res.Msg.Pipelines[0].Name, nil
}

// awaitNotification waits for the end of a notification, or of its first attempt.
func (c *clients) awaitNotification(ctx context.Context, id string) (*weirv1.Notification, error) {
	ctx, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		all, err := c.notifications(ctx, &weirv1.ListNotificationsRequest{Id: id})
		if err == nil && len(all) == 1 && (all[0].State != "waiting" || all[0].Attempts > 0) {
			return all[0], nil
		}
		if err != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, problem("no server has sent it.", "weir notifications shows what waits; the servers' logs say why.")
		case <-tick.C:
		}
	}
}

package cli

import (
	"context"
	"fmt"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) triggerCommand() *cobra.Command {
	var watch, noCheck bool
	var params []string
	cmd := &cobra.Command{
		Use:               "trigger JOB",
		Short:             "Start a build of a job now, with the latest versions",
		Args:              exactly(1),
		ValidArgsFunction: a.completeJobs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.trigger(cmd.Context(), args[0], params, noCheck, watch)
		},
	}
	cmd.Flags().BoolVarP(&watch, "watch", "w", false, "show its log, and end as the build ends")
	cmd.Flags().StringArrayVar(&params, "param", nil, "value of a param: --param name=value")
	cmd.Flags().BoolVar(&noCheck, "no-check", false, "take the versions that are known: do not check its resources first")
	return cmd
}

func (a *App) trigger(ctx context.Context, arg string, params []string, noCheck, watch bool) error {
	values := map[string]string{}
	for _, p := range params {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return problem(fmt.Sprintf("--param %q gives no value.", p), "Write --param name=value.")
		}
		values[name] = value
	}
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	job, err := a.findJob(ctx, c, arg)
	if err != nil {
		return err
	}
	res, err := c.builds.Trigger(ctx, connect.NewRequest(&weirv1.TriggerRequest{Pipeline: job.Pipeline, Job: job.Name, Params: values, NoCheck: noCheck}))
	if err != nil {
		return err
	}
	b := res.Msg.Build
	if watch {
		return a.watchBuild(ctx, c, buildRef{id: b.Id}, false)
	}
	if a.global.json {
		return view.WriteMessage(a.Out, b)
	}
	fmt.Fprintf(a.Out, "%s/%s triggered. See it run: weir watch -p %s %s\n", b.Pipeline, view.BuildName(b), b.Pipeline, shellWord(fmt.Sprintf("%s/%d", b.Job, b.Number)))
	return nil
}

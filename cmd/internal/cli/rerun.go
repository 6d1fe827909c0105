package cli

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) rerunCommand() *cobra.Command {
	return a.again("rerun", "Run a build again: same revision, inputs and params; by default the newest of the job", false)
}

func (a *App) resumeCommand() *cobra.Command {
	return a.again("resume", "Run a build again from where it failed: what succeeded is kept, as long as what it made is there", true)
}

func (a *App) again(use, short string, resume bool) *cobra.Command {
	var watch bool
	cmd := &cobra.Command{
		Use:               use + " JOB[/N] | BUILD-ID",
		Short:             short,
		Args:              exactly(1),
		ValidArgsFunction: a.completeJobs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.rerun(cmd.Context(), args[0], resume, watch)
		},
	}
	cmd.Flags().BoolVarP(&watch, "watch", "w", false, "show its log, and end as the build ends")
	return cmd
}

func (a *App) rerun(ctx context.Context, arg string, resume, watch bool) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	r, err := a.findBuild(ctx, c, arg)
	if err != nil {
		return err
	}
	res, err := c.builds.Rerun(ctx, connect.NewRequest(&weirv1.RerunRequest{Id: r.id, Pipeline: r.pipeline, Job: r.job, Number: r.number, Resume: resume}))
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
	fmt.Fprintf(a.Out, "%s/%s is to run. See it: weir watch -p %s %s\n", b.Pipeline, view.BuildName(b), b.Pipeline, shellWord(fmt.Sprintf("%s/%d", b.Job, b.Number)))
	return nil
}

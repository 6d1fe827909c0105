package cli

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

func (a *App) pauseCommand() *cobra.Command {
	return a.pauses("pause", true, "Keep builds from starting; those that run go on")
}

func (a *App) unpauseCommand() *cobra.Command {
	return a.pauses("unpause", false, "Let builds start again")
}

func (a *App) pauses(use string, paused bool, short string) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: exactly(0), RunE: func(cmd *cobra.Command, _ []string) error { return usage(cmd, "say what: job or pipeline") }}
	cmd.AddCommand(
		&cobra.Command{
			Use: "job JOB", Short: short + ": of one job", Args: exactly(1), ValidArgsFunction: a.completeJobs,
			RunE: func(cmd *cobra.Command, args []string) error { return a.pauseJob(cmd.Context(), args[0], paused) },
		},
		&cobra.Command{
			Use: "pipeline PIPELINE", Short: short + ": of all jobs of a pipeline", Args: exactly(1), ValidArgsFunction: a.completePipelines,
			RunE: func(cmd *cobra.Command, args []string) error {
				return a.pausePipeline(cmd.Context(), args[0], paused)
			},
		})
	return cmd
}

func (a *App) pauseJob(ctx context.Context, arg string, paused bool) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	job, err := a.findJob(ctx, c, arg)
	if err != nil {
		return err
	}
	if _, err := c.builds.PauseJob(ctx, connect.NewRequest(&weirv1.PauseJobRequest{Pipeline: job.Pipeline, Job: job.Name, Paused: paused})); err != nil {
		return err
	}
	a.sayPaused(job.Pipeline+"/"+job.Name, paused)
	return nil
}

func (a *App) pausePipeline(ctx context.Context, name string, paused bool) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	if _, err := c.pipelines.PausePipeline(ctx, connect.NewRequest(&weirv1.PausePipelineRequest{Pipeline: name, Paused: paused})); err != nil {
		return err
	}
	a.sayPaused(name, paused)
	return nil
}

func (a *App) sayPaused(what string, paused bool) {
	if paused {
		fmt.Fprintf(a.Out, "%s is paused.\n", what)
		return
	}
	fmt.Fprintf(a.Out, "%s is not paused.\n", what)
}

package cli

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) abortCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "abort JOB[/N] | BUILD-ID",
		Short:             "End a build, by default the newest of the job; a second time by force",
		Args:              exactly(1),
		ValidArgsFunction: a.completeJobs,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.abort(cmd.Context(), args[0]) },
	}
}

func (a *App) abort(ctx context.Context, arg string) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	r, err := a.findBuild(ctx, c, arg)
	if err != nil {
		return err
	}
	req := &weirv1.AbortRequest{Id: r.id, Pipeline: r.pipeline, Job: r.job, Number: r.number}
	res, err := c.builds.Abort(ctx, connect.NewRequest(req))
	if err != nil {
		return err
	}
	b := res.Msg.Build
	if a.global.json {
		return view.WriteMessage(a.Out, b)
	}
	what := "is asked to end; it is %s now. Ask again to end it at once, without its hooks"
	switch {
	case b.EndedAt != nil:
		what = "has ended: it is %s"
	case b.AbortForcedBy != "":
		what = "ends by force; it is %s now"
	}
	fmt.Fprintf(a.Out, "%s/%s "+what+".\n", b.Pipeline, view.BuildName(b), b.Status)
	return nil
}

// findBuild completes what the argument leaves out of a build's name.
func (a *App) findBuild(ctx context.Context, c *clients, arg string) (buildRef, error) {
	r := parseBuild(arg)
	if r.id != "" {
		return r, nil
	}
	name := r.job
	if r.pipeline != "" {
		name = r.pipeline + "/" + r.job
	}
	job, err := a.findJob(ctx, c, name)
	if err != nil {
		return r, err
	}
	r.pipeline, r.job = job.Pipeline, job.Name
	return r, nil
}

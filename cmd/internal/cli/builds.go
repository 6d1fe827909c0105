package cli

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

type buildsOptions struct {
	listFlags
	limit int32
}

func (a *App) buildsCommand() *cobra.Command {
	var o buildsOptions
	cmd := &cobra.Command{
		Use:   "builds [JOB | BUILD]",
		Short: "List builds, newest first, or show one with where its time went",
		Long: "List builds, newest first, of one job or of all.\n\n" +
			"Or show one build (JOB/N or its id): its steps, and of each attempt at one where its time\nwent: queue (until it was decided on), place (until a worker had it), pull (its image),\n" +
			"fetch (inputs, caches), create (container, services), run (its program), and upload (the\nend of its log, its result).",
		Args:              atMostOne(),
		ValidArgsFunction: a.completeJobs,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.builds(cmd.Context(), o, args) },
	}
	o.add(cmd)
	cmd.Flags().Int32VarP(&o.limit, "limit", "n", 20, "how many at most")
	return cmd
}

func (a *App) builds(ctx context.Context, o buildsOptions, args []string) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	req := &weirv1.ListBuildsRequest{Pipeline: a.global.pipeline, Limit: o.limit}
	if len(args) == 1 {
		if r := parseBuild(args[0]); r.id != "" || r.number > 0 {
			return a.build(ctx, c, args[0])
		}
		job, err := a.findJob(ctx, c, args[0])
		if err != nil {
			return err
		}
		req.Pipeline, req.Job = job.Pipeline, job.Name
	}
	l := listing[*weirv1.Build]{table: view.Builds, fetch: func(ctx context.Context) ([]*weirv1.Build, error) {
		res, err := c.builds.ListBuilds(ctx, connect.NewRequest(req))
		if err != nil {
			return nil, err
		}
		return res.Msg.Builds, nil
	}}
	return l.run(ctx, a, o.listFlags)
}

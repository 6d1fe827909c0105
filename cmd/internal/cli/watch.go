package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) watchCommand() *cobra.Command {
	var times bool
	cmd := &cobra.Command{
		Use:   "watch [JOB[/N] | BUILD-ID]",
		Short: "Show the log of a build as it is written",
		Long: `Show the log of a build as it is written, from its beginning: by default of the
newest one. Ends as the build ends: 0 succeeded, 1 failed, 2 errored, 3 aborted.
^C stops the watching, not the build.`,
		Args:              atMostOne(),
		ValidArgsFunction: a.completeJobs,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.watch(cmd.Context(), args, times) },
	}
	cmd.Flags().BoolVar(&times, "timestamps", false, "before each line when it was written (UTC, by the worker's clock)")
	return cmd
}

func (a *App) watch(ctx context.Context, args []string, times bool) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return a.watchNewest(ctx, c, times)
	}
	r, err := a.findBuild(ctx, c, args[0])
	if err != nil {
		return err
	}
	return a.watchBuild(ctx, c, r, times)
}

func (a *App) watchNewest(ctx context.Context, c *clients, times bool) error {
	res, err := c.builds.ListBuilds(ctx, connect.NewRequest(&weirv1.ListBuildsRequest{Pipeline: a.global.pipeline, Limit: 1}))
	if err != nil {
		return err
	}
	if len(res.Msg.Builds) == 0 {
		return problem("there are no builds yet.", "Trigger one with `weir trigger JOB --watch`.")
	}
	return a.watchBuild(ctx, c, buildRef{id: res.Msg.Builds[0].Id}, times)
}

// patience is how long a lost server is waited for.
const patience = 2 * time.Minute

// watchBuild shows a build to its end, over as many connections as it takes.
func (a *App) watchBuild(ctx context.Context, c *clients, r buildRef, times bool) error {
	res, err := a.getBuild(ctx, c, r)
	if err != nil {
		return err
	}
	if at := res.Msg.Build.GetReapedAt(); at != nil {
		fmt.Fprintf(a.Err, "Its steps and logs were deleted on %s, as nothing keeps them: see retention.\n", at.AsTime().Format(time.DateOnly))
	}
	w := &watcher{app: a, client: c, id: res.Msg.Build.Id, log: view.NewLog(a.Out, a.terminal(), res.Msg.Steps), contact: a.Now()}
	if times {
		w.log.ShowTimes()
	}
	for {
		end, err := w.stream(ctx)
		switch {
		case end != nil:
			return byStatus(end.Status)
		case ctx.Err() != nil:
			b := res.Msg.Build
			fmt.Fprintf(a.Err, "\nStopped watching; the build goes on. See more: weir watch -p %s %s/%d\n", b.Pipeline, b.Job, b.Number)
			return exitCode(130)
		case fatal(err):
			return err
		case a.Now().Sub(w.contact) > patience:
			return problemf("the server does not answer for %s any more; the build may go on there.", view.Length(patience))
		}
		w.wait(ctx)
	}
}

// soon is how long the next build of a job is waited for.
const soon = 30 * time.Second

// getBuild finds a build. The next one of a job is waited for a while: who has
// just checked a resource may be faster than the reconciler.
func (a *App) getBuild(ctx context.Context, c *clients, r buildRef) (*connect.Response[weirv1.GetBuildResponse], error) {
	get := &weirv1.GetBuildRequest{Id: r.id, Pipeline: r.pipeline, Job: r.job, Number: r.number}
	for until := a.Now().Add(soon); ; {
		res, err := c.builds.GetBuild(ctx, connect.NewRequest(get))
		if connect.CodeOf(err) != connect.CodeNotFound || a.Now().After(until) || !c.isNext(ctx, r) {
			return res, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// isNext says that a build would be the next of its job.
func (c *clients) isNext(ctx context.Context, r buildRef) bool {
	if r.number == 0 {
		return false
	}
	req := &weirv1.ListBuildsRequest{Pipeline: r.pipeline, Job: r.job, Limit: 1}
	res, err := c.builds.ListBuilds(ctx, connect.NewRequest(req))
	if err != nil {
		return false
	}
	newest := int64(0)
	for _, b := range res.Msg.Builds {
		newest = b.Number
	}
	return r.number <= newest+1
}

// watcher is one build that is watched.
type watcher struct {
	app     *App
	client  *clients
	id      string
	log     *view.Log
	contact time.Time // when the server was last heard of
	lost    bool      // and that was said
}

// stream shows what one connection brings. It gives the build where that ended.
func (w *watcher) stream(ctx context.Context) (*weirv1.Build, error) {
	req := connect.NewRequest(&weirv1.WatchRequest{Id: w.id, Seen: w.log.Seen()})
	s, err := w.client.builds.Watch(ctx, req)
	if err != nil {
		return nil, w.client.wrap(ctx, err)
	}
	defer func() { _ = s.Close() }()
	for s.Receive() {
		w.contact, w.lost = w.app.Now(), false
		end, err := w.show(s.Msg())
		if end != nil || err != nil {
			return end, err
		}
	}
	return nil, w.client.wrap(ctx, s.Err())
}

func (w *watcher) show(e *weirv1.WatchResponse) (*weirv1.Build, error) {
	if !w.app.global.json {
		return w.log.Event(e)
	}
	line, err := json.Marshal(view.Object(e))
	if err != nil {
		return nil, err
	}
	end, isNew := w.log.Track(e)
	if isNew {
		_, err = fmt.Fprintf(w.app.Out, "%s\n", line)
	}
	return end, err
}

// wait lets a moment pass before the next connection.
func (w *watcher) wait(ctx context.Context) {
	if !w.lost {
		w.lost = true
		fmt.Fprintln(w.app.Err, "The connection to the server is lost; the build goes on. Connecting again …")
	}
	select {
	case <-ctx.Done():
	case <-time.After(500 * time.Millisecond):
	}
}

// fatal tells what another connection would not mend.
func fatal(err error) bool {
	switch connect.CodeOf(err) {
	case connect.CodeUnauthenticated, connect.CodePermissionDenied, connect.CodeNotFound, connect.CodeInvalidArgument, connect.CodeUnimplemented:
		return err != nil
	}
	var c *connect.Error
	return err != nil && !errors.As(err, &c)
}

// byStatus is the exit code of a build.
func byStatus(status string) error {
	switch status {
	case "succeeded":
		return nil
	case "failed":
		return exitCode(1)
	case "aborted":
		return exitCode(3)
	}
	return exitCode(2)
}

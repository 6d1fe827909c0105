package cli

import (
	"context"
	"fmt"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

// build shows one build: its steps, and where the time of each went.
func (a *App) build(ctx context.Context, c *clients, arg string) error {
	r, err := a.findBuild(ctx, c, arg)
	if err != nil {
		return err
	}
	res, err := c.why.ExplainBuild(ctx, connect.NewRequest(&weirv1.ExplainBuildRequest{Id: r.id, Pipeline: r.pipeline, Job: r.job, Number: r.number}))
	if err != nil {
		return err
	}
	if a.global.json {
		return view.WriteMessage(a.Out, res.Msg)
	}
	for _, t := range []view.Table{view.Builds(a.Now(), []*weirv1.Build{res.Msg.Build}), view.Steps(a.Now(), res.Msg.Steps)} {
		if err := t.Write(a.Out, a.terminal()); err != nil {
			return err
		}
		fmt.Fprintln(a.Out)
	}
	return a.printTimes(res.Msg.Attempts)
}

// printTimes ends with what took longest, if anything took long.
func (a *App) printTimes(all []*weirv1.Attempt) error {
	if err := view.Times(all).Write(a.Out, a.terminal()); err != nil {
		return err
	}
	if line := view.Slowest(all); line != "" {
		fmt.Fprintln(a.Out, "\n"+line)
	}
	return nil
}

package cli

import (
	"context"
	"path/filepath"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

func (a *App) destroyCommand() *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:   "destroy [DIR]",
		Short: "Remove a pipeline with its builds: --pipeline, or the one in the directory",
		Args:  atMostOne(),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.destroy(cmd.Context(), o, args) },
	}
	o.add(cmd)
	return cmd
}

func (a *App) destroy(ctx context.Context, o applyOptions, args []string) error {
	p, err := a.destroyPlan(ctx, o.planFlags, args)
	if err != nil {
		return err
	}
	who, done, err := a.planner(ctx, o.planFlags)
	if err != nil {
		return err
	}
	defer done()
	return a.approveAndApply(ctx, who, p, o)
}

// pipelineToDestroy is never guessed: it is named, or lies in the directory.
func (a *App) pipelineToDestroy(ctx context.Context, who planning, f planFlags, args []string) (string, error) {
	if a.global.pipeline != "" && len(args) == 0 {
		return a.global.pipeline, nil
	}
	dir := directory(args)
	if files, _ := filepath.Glob(filepath.Join(dir, "*.weir.hcl")); len(files) > 0 || len(args) > 0 {
		g, err := a.compile(f.source, dir)
		if err != nil {
			return "", err
		}
		return g.Pipeline().Name, nil
	}
	res, err := who.ListPipelines(ctx, connect.NewRequest(&weirv1.ListPipelinesRequest{All: true}))
	if err != nil {
		return "", err
	}
	var names []string
	for _, p := range res.Msg.Pipelines {
		names = append(names, p.Name)
	}
	p := problem("which pipeline? There is none in this directory.", "Name it: weir destroy -p PIPELINE")
	if len(names) > 0 {
		p.Hints = append(p.Hints, "There are: "+joinSorted(names))
	}
	return "", p
}

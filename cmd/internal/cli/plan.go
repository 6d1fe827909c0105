package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/planner"
	"github.com/weirci/weir/planner/planfile"
)

type planOptions struct {
	planFlags
	out      string
	destroy  bool
	detailed bool
}

func (a *App) planCommand() *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "Show what applying a pipeline would change, and what would happen",
		Args:  atMostOne(),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := a.plan(cmd, o, args)
			if o.detailed {
				return detailed(err)
			}
			return err
		},
	}
	o.add(cmd)
	a.addFormat(cmd)
	cmd.Flags().StringVarP(&o.out, "out", "o", "", "save the plan in this file, for weir apply")
	cmd.Flags().BoolVar(&o.destroy, "destroy", false, "plan to remove the pipeline")
	cmd.Flags().BoolVar(&o.detailed, "detailed-exitcode", false, "exit with 0 for no changes, 1 for an error, 2 for changes")
	return cmd
}

func (a *App) plan(cmd *cobra.Command, o planOptions, args []string) error {
	p, err := a.planFor(cmd, o, args)
	if err != nil {
		return err
	}
	if err := a.printPlan(p, o.planFlags); err != nil {
		return err
	}
	if err := a.savePlan(o.out, p); err != nil {
		return err
	}
	if o.detailed && !p.Empty() {
		return errChanges
	}
	return nil
}

func (a *App) planFor(cmd *cobra.Command, o planOptions, args []string) (*planner.Plan, error) {
	ctx := cmd.Context()
	if o.destroy {
		return a.destroyPlan(ctx, o.planFlags, args)
	}
	req, err := a.desired(cmd, o.planFlags, directory(args))
	if err != nil {
		return nil, err
	}
	who, done, err := a.planner(ctx, o.planFlags)
	if err != nil {
		return nil, err
	}
	defer done()
	p, _, err := a.makePlan(ctx, who, req)
	return p, err
}

// destroyPlan plans to remove a pipeline: the one that --pipeline names, or the
// one in the directory.
func (a *App) destroyPlan(ctx context.Context, f planFlags, args []string) (*planner.Plan, error) {
	who, done, err := a.planner(ctx, f)
	if err != nil {
		return nil, err
	}
	defer done()
	name, err := a.pipelineToDestroy(ctx, who, f, args)
	if err != nil {
		return nil, err
	}
	p, _, err := a.makePlan(ctx, who, &weirv1.PlanRequest{Pipeline: name, Destroy: true})
	return p, err
}

func (a *App) savePlan(path string, p *planner.Plan) error {
	if path == "" {
		return nil
	}
	if err := planfile.Write(path, p); err != nil {
		return err
	}
	if !a.global.json {
		fmt.Fprintf(a.Out, "\nSaved as %s. To make exactly this happen:\n  weir apply %s\n", path, path)
	}
	return nil
}

package cli

import (
	"context"
	"fmt"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/cmd/internal/wire"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
	"github.com/weirci/weir/planner/planfile"
	"github.com/weirci/weir/reconciler/runnable"
)

// planning is who plans and applies: a server, or this process itself on a
// database. Both are the same handlers.
type planning interface {
	Plan(context.Context, *connect.Request[weirv1.PlanRequest]) (*connect.Response[weirv1.PlanResponse], error)
	Apply(context.Context, *connect.Request[weirv1.ApplyRequest]) (*connect.Response[weirv1.ApplyResponse], error)
	ListPipelines(context.Context, *connect.Request[weirv1.ListPipelinesRequest]) (*connect.Response[weirv1.ListPipelinesResponse], error)
}

// planFlags are those of plan, apply and destroy.
type planFlags struct {
	source
	policies policyFlags
	database string
	summary  bool
}

func (f *planFlags) add(cmd *cobra.Command) {
	f.source.add(cmd)
	f.policies.add(cmd)
	cmd.Flags().StringVar(&f.database, "database", "", "work on this PostgreSQL, without a server (for operators)")
	cmd.Flags().BoolVar(&f.summary, "summary", false, "one line for each address")
}

// planner gives who plans, and how to let go of it.
func (a *App) planner(ctx context.Context, f planFlags) (planning, func(), error) {
	if f.database == "" {
		c, err := a.dial(ctx)
		if err != nil {
			return nil, nil, err
		}
		return c.pipelines, func() {}, nil
	}
	op, err := wire.OpenOperator(ctx, f.database, a.operatorTeam())
	if err != nil {
		return nil, nil, err
	}
	return op, op.Close, nil
}

// makePlan asks for the plan, and reads it, and whether the pipeline is archived until
// it is applied.
func (a *App) makePlan(ctx context.Context, who planning, req *weirv1.PlanRequest) (p *planner.Plan, archived bool, err error) {
	res, err := who.Plan(ctx, connect.NewRequest(req))
	if err != nil {
		return nil, false, err
	}
	if res.Msg.Archived {
		fmt.Fprintf(a.Err, "%s pipeline %s is archived: applying this takes it up again.\n", a.errTerminal().Paint(view.Yellow, "Note:"), req.Pipeline)
	}
	for _, advice := range res.Msg.Advice {
		fmt.Fprintf(a.Err, "%s a policy of the team advises against this: %s\n", a.errTerminal().Paint(view.Yellow, "Warning:"), advice)
	}
	p, err = planfile.Decode(res.Msg.Plan)
	return p, res.Msg.Archived, err
}

// desired is the request for what a directory holds.
func (a *App) desired(cmd *cobra.Command, f planFlags, dir string) (*weirv1.PlanRequest, error) {
	g, err := a.compileAndJudge(cmd.Context(), f, dir)
	if err != nil {
		return nil, err
	}
	if err := runs(g); err != nil {
		return nil, err
	}
	name := g.Pipeline().Name
	if cmd.Flags().Changed("pipeline") && a.global.pipeline != name {
		return nil, problemf("--pipeline says %s, but the pipeline in %s is %s.", a.global.pipeline, dir, name)
	}
	return &weirv1.PlanRequest{Pipeline: name, Graph: g.Encode()}, nil
}

// runs refuses a pipeline that no server of this version runs as it is written,
// before one is asked.
func runs(g *graph.Graph) error {
	gaps := runnable.Unsupported(g)
	if len(gaps) == 0 {
		return nil
	}
	return problem("The pipeline compiles, but cannot be applied yet:\n  "+strings.ReplaceAll(runnable.Error(gaps).Error(), "\n", "\n  "),
		"weir validate, compile and graph work with it; take these places out to apply the rest.")
}

func (a *App) printPlan(p *planner.Plan, f planFlags) error {
	if a.global.json {
		return view.WritePlanJSON(a.Out, p)
	}
	detail := view.PlanFull
	if f.summary {
		detail = view.PlanSummary
	}
	return view.WritePlan(a.Out, a.terminal(), p, detail)
}

package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/planner"
	"github.com/weirci/weir/planner/planfile"
)

type applyOptions struct {
	planFlags
	approved bool
	archived bool // so is the pipeline, and even a plan without a change takes it up again
}

func (o *applyOptions) add(cmd *cobra.Command) {
	o.planFlags.add(cmd)
	cmd.Flags().BoolVar(&o.approved, "auto-approve", false, "do not ask")
}

func (a *App) applyCommand() *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:   "apply [PLANFILE | DIR]",
		Short: "Make a saved plan true, or plan a directory and ask",
		Args:  atMostOne(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if info, err := os.Stat(directory(args)); err == nil && info.Mode().IsRegular() {
				return a.applyFile(cmd.Context(), o, args[0])
			}
			return a.applyDirectory(cmd, o, args)
		},
	}
	o.add(cmd)
	return cmd
}

// applyFile applies a saved plan. Who saved it has seen it: nobody is asked.
func (a *App) applyFile(ctx context.Context, o applyOptions, path string) error {
	p, err := planfile.Read(path)
	if err != nil {
		return problem(err.Error(), "`weir plan --out FILE` saves one; a pipeline is applied by the name of its directory.")
	}
	who, done, err := a.planner(ctx, o.planFlags)
	if err != nil {
		return err
	}
	defer done()
	if p.Empty() {
		if err := a.printPlan(p, o.planFlags); err != nil {
			return err
		}
		_, err := who.Apply(ctx, connect.NewRequest(&weirv1.ApplyRequest{Plan: planfile.Encode(p)})) // it may be archived
		return err
	}
	return a.applyPlan(ctx, who, p)
}

func (a *App) applyDirectory(cmd *cobra.Command, o applyOptions, args []string) error {
	ctx := cmd.Context()
	if _, err := os.Stat(directory(args)); errors.Is(err, fs.ErrNotExist) {
		return problem("there is no plan file or directory "+directory(args)+".",
			"A plan is saved with `weir plan --out "+directory(args)+"`; a directory that holds a pipeline is applied by its name.")
	}
	req, err := a.desired(cmd, o.planFlags, directory(args))
	if err != nil {
		return err
	}
	who, done, err := a.planner(ctx, o.planFlags)
	if err != nil {
		return err
	}
	defer done()
	p, archived, err := a.makePlan(ctx, who, req)
	if err != nil {
		return err
	}
	o.archived = archived
	return a.approveAndApply(ctx, who, p, o)
}

// approveAndApply shows a plan, asks, and applies it.
func (a *App) approveAndApply(ctx context.Context, who planning, p *planner.Plan, o applyOptions) error {
	if !a.global.json || p.Empty() {
		if err := a.printPlan(p, o.planFlags); err != nil {
			return err
		}
	}
	if p.Empty() && !o.archived {
		return nil
	}
	if !o.approved {
		if err := a.ask(ctx, p); err != nil {
			return err
		}
	}
	return a.applyPlan(ctx, who, p)
}

// ask wants the word yes from a person.
func (a *App) ask(ctx context.Context, p *planner.Plan) error {
	if !a.stdinIsTerminal() || a.global.json {
		return problem("nothing was applied: there is nobody to ask (standard input is no terminal).",
			"Allow it with --auto-approve, or apply a plan that was saved with `weir plan --out FILE`.")
	}
	verb := "make these changes to"
	if p.Destroy() {
		verb = "destroy"
	}
	fmt.Fprintf(a.Out, "\nShall weir %s pipeline %s? Only yes is taken for an answer: ", verb, p.Pipeline)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.In).ReadString('\n')
		answer <- strings.TrimSpace(line)
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.Out)
		return problem("nothing was applied: it was interrupted.")
	case got := <-answer:
		if got != "yes" {
			return problem("nothing was applied: the answer was not yes.")
		}
		return nil
	}
}

func (a *App) applyPlan(ctx context.Context, who planning, p *planner.Plan) error {
	res, err := who.Apply(ctx, connect.NewRequest(&weirv1.ApplyRequest{Plan: planfile.Encode(p)}))
	if err != nil {
		return err
	}
	return a.applied(p, res.Msg.Revision)
}

func (a *App) applied(p *planner.Plan, revision int64) error {
	s := p.Summary()
	if a.global.json {
		return view.WriteValue(a.Out, map[string]any{"pipeline": p.Pipeline, "revision": revision,
			"added": s.Add, "changed": s.Change, "destroyed": s.Destroy})
	}
	head, counts := "Apply complete!", fmt.Sprintf("%d added, %d changed, %d destroyed.", s.Add, s.Change, s.Destroy)
	switch {
	case p.Destroy():
		head, counts = "Destroy complete!", fmt.Sprintf("%d destroyed.", s.Destroy)
	case revision > 0:
		head += fmt.Sprintf(" Revision %d:", revision)
	}
	fmt.Fprintf(a.Out, "\n%s %s\n", a.terminal().Paint(view.Green, head), counts)
	return nil
}

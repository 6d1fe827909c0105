package cli

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

func (a *App) approvalsCommand() *cobra.Command {
	var flags listFlags
	cmd := &cobra.Command{
		Use:   "approvals",
		Short: "List the steps that wait for a person",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			l := listing[*weirv1.Approval]{table: view.Approvals, fetch: func(ctx context.Context) ([]*weirv1.Approval, error) {
				res, err := c.builds.ListApprovals(ctx, connect.NewRequest(&weirv1.ListApprovalsRequest{Pipeline: a.global.pipeline}))
				if err != nil {
					return nil, err
				}
				return res.Msg.Approvals, nil
			}}
			return l.run(cmd.Context(), a, flags)
		},
	}
	flags.add(cmd)
	return cmd
}

func (a *App) approveCommand() *cobra.Command {
	return a.answerCommand("approve", "Let a build go on that waits for a person", true)
}

func (a *App) rejectCommand() *cobra.Command {
	return a.answerCommand("reject", "Fail a step that waits for a person", false)
}

func (a *App) answerCommand(verb, short string, approve bool) *cobra.Command {
	var comment string
	cmd := &cobra.Command{
		Use:   verb + " JOB[/N] | BUILD-ID [STEP]",
		Short: short,
		Long:  short + ". Which step may be left out where only one waits.\nWho answered what, and why, is kept with the build and in the audit.",
		Args:  between(1, 2), ValidArgsFunction: a.completeJobs,
		RunE: func(cmd *cobra.Command, args []string) error {
			req := &weirv1.AnswerRequest{Approve: approve, Comment: comment}
			if len(args) == 2 {
				req.Step = args[1]
			}
			return a.answer(cmd.Context(), args[0], verb, req)
		},
	}
	cmd.Flags().StringVarP(&comment, "comment", "m", "", "why")
	return cmd
}

func (a *App) answer(ctx context.Context, arg, verb string, req *weirv1.AnswerRequest) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	r, err := a.findBuild(ctx, c, arg)
	if err != nil {
		return err
	}
	req.Id, req.Pipeline, req.Job, req.Number = r.id, r.pipeline, r.job, r.number
	res, err := c.builds.Answer(ctx, connect.NewRequest(req))
	if err != nil {
		return err
	}
	if a.global.json {
		return view.WriteMessage(a.Out, res.Msg.Approval)
	}
	p := res.Msg.Approval
	past := map[string]string{"approve": "approved", "reject": "rejected"}[verb]
	fmt.Fprintf(a.Out, "%s/%s #%d: %s is %s.\n", p.Pipeline, p.Job, p.Number, p.Step, past)
	return nil
}

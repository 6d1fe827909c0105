package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/compiler/policy"
)

func (a *App) policiesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policies",
		Short: "Policies that the server holds all pipelines of the team to",
		Args:  exactly(0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.policiesList(), a.policiesSet(), a.policiesClear())
	return cmd
}

func (a *App) policiesList() *cobra.Command {
	var flags listFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the team's policies",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.dial(cmd.Context())
			if err != nil {
				return err
			}
			l := listing[*weirv1.Policy]{table: view.Policies, fetch: func(ctx context.Context) ([]*weirv1.Policy, error) {
				res, err := c.pipelines.ListPolicies(ctx, connect.NewRequest(&weirv1.ListPoliciesRequest{}))
				if err != nil {
					return nil, err
				}
				return res.Msg.Policies, nil
			}}
			return l.run(cmd.Context(), a, flags)
		},
	}
	flags.add(cmd)
	return cmd
}

func (a *App) policiesSet() *cobra.Command {
	return &cobra.Command{
		Use:   "set DIR",
		Short: "Put the policies of a directory in the place of all that there are (for owners of the team)",
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := policy.Read(args[0])
			if err != nil {
				return problem(err.Error() + ".")
			}
			req := &weirv1.SetPoliciesRequest{}
			for _, p := range all {
				req.Policies = append(req.Policies, &weirv1.Policy{Name: filepath.Base(p.Name), Text: p.Text})
			}
			return a.setPolicies(cmd.Context(), req, fmt.Sprintf("The team has %s now.", policyCount(len(all))))
		},
	}
}

func (a *App) policiesClear() *cobra.Command {
	return &cobra.Command{
		Use:   "clear",
		Short: "Take all policies of the team away (for its owners)",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.setPolicies(cmd.Context(), &weirv1.SetPoliciesRequest{}, "The team has no policies now.")
		},
	}
}

func (a *App) setPolicies(ctx context.Context, req *weirv1.SetPoliciesRequest, done string) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	if _, err := c.pipelines.SetPolicies(ctx, connect.NewRequest(req)); err != nil {
		return err
	}
	if a.global.json {
		return view.WriteValue(a.Out, map[string]any{"policies": len(req.Policies)})
	}
	_, err = fmt.Fprintln(a.Out, done)
	return err
}

func policyCount(n int) string {
	if n == 1 {
		return "1 policy"
	}
	return fmt.Sprintf("%d policies", n)
}

// denialOf is what policies on the server forbid, or nil.
func denialOf(c *connect.Error) *weirv1.PolicyDenial {
	for _, d := range c.Details() {
		if v, err := d.Value(); err == nil {
			if p, ok := v.(*weirv1.PolicyDenial); ok {
				return p
			}
		}
	}
	return nil
}

func explainDenial(c *connect.Error, d *weirv1.PolicyDenial) *Problem {
	what, _, _ := strings.Cut(c.Message(), ": ")
	p := problem(what + ":")
	for _, r := range d.Reasons {
		p.Hints = append(p.Hints, "- "+oneLine(r))
	}
	p.Hints = append(p.Hints, "Nothing was changed. `weir policies list` shows which policies there are.")
	return p
}

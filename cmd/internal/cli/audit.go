package cli

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

type auditOptions struct {
	database, actor, object string
	since                   time.Duration
	most                    int
}

func (a *App) auditCommand() *cobra.Command {
	var o auditOptions
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "List who changed what of a team, newest first, on the database (for operators)",
		Long:  "List who changed what of a team (--team, default main), newest first. Events are never\nchanged: the database refuses it, and each has a hash over itself and the one before it.",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), o.database, func(s *postgres.Store) error { return a.audit(cmd.Context(), s, o) })
		},
	}
	a.databaseFlag(cmd, &o.database)
	cmd.Flags().StringVar(&o.actor, "actor", "", "only what this person or token did")
	cmd.Flags().StringVar(&o.object, "object", "", "only about this: a pipeline's name, build/ID, or build for all builds")
	cmd.Flags().DurationVar(&o.since, "since", 0, "only the last while: --since 24h")
	cmd.Flags().IntVarP(&o.most, "limit", "n", 100, "how many at most")
	cmd.AddCommand(a.auditExportCommand(), a.auditVerifyCommand())
	return cmd
}

func (a *App) audit(ctx context.Context, s *postgres.Store, o auditOptions) error {
	team, err := s.TeamID(ctx, a.operatorTeam())
	whole := a.operatorTeam() == "main" // whose owners operate the installation
	if err != nil && (!whole || !errors.Is(err, state.ErrNotFound)) {
		return err
	}
	f := postgres.AuditFilter{Actor: o.actor, Object: o.object, Most: o.most, Installation: whole}
	if o.since > 0 {
		f.Since = a.Now().Add(-o.since)
	}
	events, err := s.FindEvents(ctx, team, f)
	switch {
	case err != nil:
		return err
	case a.global.json:
		return view.WriteValue(a.Out, auditJSON(events))
	}
	t := view.Table{Header: []string{"at", "who", "from", "did", "what", "details"}, Empty: "nothing is in the audit of that"}
	for _, e := range events {
		t.Rows = append(t.Rows, []view.Cell{view.Text(e.At.UTC().Format(time.RFC3339)), view.Text(e.Actor), view.Text(e.Address), view.Text(e.Action), view.Text(e.Subject), {Text: details(e.Details), Style: view.Gray}})
	}
	return t.Write(a.Out, a.terminal())
}

func details(d map[string]any) string {
	if len(d) == 0 {
		return ""
	}
	b, _ := json.Marshal(d)
	return string(b)
}

func auditJSON(events []state.Event) []map[string]any {
	out := []map[string]any{}
	for _, e := range events {
		out = append(out, map[string]any{"at": e.At.UTC().Format(time.RFC3339Nano), "actor": e.Actor, "address": e.Address, "action": e.Action, "subject": e.Subject, "details": e.Details})
	}
	return out
}

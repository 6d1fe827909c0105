package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/cmd/internal/wire"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// withStore does something with a database, as an operator.
func (a *App) withStore(ctx context.Context, database string, do func(*postgres.Store) error) error {
	if database == "" {
		return errNoDatabase
	}
	store, err := wire.OpenStore(ctx, database, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer store.Close()
	return do(store)
}

func (a *App) databaseFlag(cmd *cobra.Command, into *string) {
	cmd.Flags().StringVar(into, "database", a.Getenv("WEIR_DATABASE"), "PostgreSQL connection string (WEIR_DATABASE)")
}

func (a *App) migrateCommand() *cobra.Command {
	var database string
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring a database's schema up to date",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), database, func(s *postgres.Store) error { return a.migrate(cmd.Context(), s) })
		},
	}
	a.databaseFlag(cmd, &database)
	cmd.AddCommand(a.migrateStatusCommand())
	return cmd
}

func (a *App) migrate(ctx context.Context, s *postgres.Store) error {
	done, err := s.Migrate(ctx)
	if a.global.json && err == nil {
		return view.WriteValue(a.Out, migrations(done))
	}
	for _, m := range done {
		fmt.Fprintf(a.Out, "applied %s\n", m.File)
	}
	if err == nil {
		fmt.Fprintln(a.Out, "The schema is up to date.")
	}
	return err
}

func (a *App) migrateStatusCommand() *cobra.Command {
	var database string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "List the steps of the schema, done and to do",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), database, func(s *postgres.Store) error {
				all, err := s.MigrationStatus(cmd.Context())
				if err != nil {
					return err
				}
				if a.global.json {
					return view.WriteValue(a.Out, migrations(all))
				}
				return migrationTable(all).Write(a.Out, a.terminal())
			})
		},
	}
	a.databaseFlag(cmd, &database)
	return cmd
}

func migrationTable(all []postgres.Migration) view.Table {
	t := view.Table{Header: []string{"version", "file", "state"}}
	for _, m := range all {
		what := view.Cell{Text: "to do", Style: view.Yellow}
		if m.Applied {
			what = view.Cell{Text: "done", Style: view.Green}
		}
		t.Rows = append(t.Rows, []view.Cell{view.Text(fmt.Sprint(m.Version)), view.Text(m.File), what})
	}
	return t
}

func migrations(all []postgres.Migration) []map[string]any {
	out := []map[string]any{}
	for _, m := range all {
		row := map[string]any{"version": m.Version, "file": m.File, "applied": m.Applied, "applied_at": nil}
		if !m.AppliedAt.IsZero() {
			row["applied_at"] = m.AppliedAt.UTC().Format(time.RFC3339)
		}
		out = append(out, row)
	}
	return out
}

func (a *App) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Make and revoke tokens, on the database (for operators)", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(a.tokenCreateCommand(), a.revokeCommand("token", func(ctx context.Context, s *postgres.Store, name string) error {
		return s.RevokeToken(ctx, a.operatorTeam(), name)
	}))
	return cmd
}

func (a *App) tokenCreateCommand() *cobra.Command {
	var database, role string
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Make a token of a team (--team, default main), which is made if it is not there",
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch state.Role(role) {
			case state.RoleOwner, state.RoleMember, state.RoleViewer:
			default:
				return problemf("there is no role %q: owner, member and viewer are known.", role)
			}
			return a.withStore(cmd.Context(), database, func(s *postgres.Store) error {
				if _, err := s.EnsureTeam(cmd.Context(), a.operatorTeam()); err != nil {
					return err
				}
				return a.secret(s.CreateToken(cmd.Context(), a.operatorTeam(), args[0], state.Role(role)))
			})
		},
	}
	a.databaseFlag(cmd, &database)
	cmd.Flags().StringVar(&role, "role", "member", "owner, member or viewer")
	return cmd
}

func (a *App) workerKeyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "worker-key", Short: "Make and revoke workers' enrolment keys, on the database (for operators)", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var database string
	create := &cobra.Command{
		Use:   "create NAME",
		Short: "Make a key with which a new worker enrols",
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), database, func(s *postgres.Store) error {
				return a.secret(s.CreateEnrolmentKey(cmd.Context(), args[0]))
			})
		},
	}
	a.databaseFlag(create, &database)
	cmd.AddCommand(create, a.revokeCommand("enrolment key", func(ctx context.Context, s *postgres.Store, name string) error {
		return s.RevokeEnrolmentKey(ctx, name)
	}))
	return cmd
}

func (a *App) revokeCommand(what string, revoke func(context.Context, *postgres.Store, string) error) *cobra.Command {
	var database string
	cmd := &cobra.Command{
		Use:   "revoke NAME",
		Short: "End every " + what + " of that name, at once",
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), database, func(s *postgres.Store) error {
				err := revoke(cmd.Context(), s, args[0])
				if errors.Is(err, state.ErrNotFound) {
					return problemf("there is no %s %q.", what, args[0])
				}
				if err == nil {
					fmt.Fprintf(a.Out, "The %s %s is revoked.\n", what, args[0])
				}
				return err
			})
		},
	}
	a.databaseFlag(cmd, &database)
	return cmd
}

// operatorTeam is the team that an operator works for.
func (a *App) operatorTeam() string {
	return firstOf(a.global.team, a.Getenv("WEIR_TEAM"), "main")
}

// secret prints one alone on its line, for $(…): it is never shown again.
func (a *App) secret(plain string, err error) error {
	if err != nil {
		return err
	}
	if a.global.json {
		return view.WriteValue(a.Out, map[string]string{"secret": plain})
	}
	fmt.Fprintln(a.Out, plain)
	if a.terminal().Interactive {
		fmt.Fprintln(a.Err, "Keep it: it is not shown again.")
	}
	return nil
}

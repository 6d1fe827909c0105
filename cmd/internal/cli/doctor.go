package cli

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/cmd/internal/wire"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

func (a *App) doctorCommand() *cobra.Command {
	var database string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what must not be in the database (for operators)",
		Long: "Look, in one snapshot and without writing, whether a database holds what always has to hold:\n" +
			"no more builds at once than may run, inputs that really passed, nothing left over, nothing of\n" +
			"one team in another's, nothing stuck. Exit code 1 says that something was found.\n\n" +
			"The server looks, for an owner of team main; or, with --database, this command itself.",
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if database == "" {
				return a.askDoctor(cmd.Context())
			}
			return a.withStore(cmd.Context(), database, func(s *postgres.Store) error { return a.doctor(cmd.Context(), s) })
		},
	}
	a.databaseFlag(cmd, &database)
	return cmd
}

func (a *App) doctor(ctx context.Context, s *postgres.Store) error {
	found, err := wire.Doctor(ctx, s)
	if err != nil {
		return err
	}
	return a.diagnosis(found)
}

// askDoctor has the server look.
func (a *App) askDoctor(ctx context.Context) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	res, err := c.admin.Doctor(ctx, connect.NewRequest(&weirv1.DoctorRequest{}))
	if err != nil {
		return err
	}
	var found []state.Finding
	for _, f := range res.Msg.Findings {
		found = append(found, state.Finding{Check: f.Check, Broken: f.Broken, Fix: f.Fix, Subject: f.Subject, What: f.What})
	}
	return a.diagnosis(found)
}

// diagnosis prints what was found, which is the exit code too.
func (a *App) diagnosis(found []state.Finding) (err error) {
	if a.global.json {
		err = view.WriteValue(a.Out, foundJSON(found))
	} else {
		a.printFindings(found)
	}
	if err == nil && len(found) > 0 {
		err = exitCode(1)
	}
	return err
}

func foundJSON(found []state.Finding) []map[string]string {
	out := []map[string]string{}
	for _, f := range found {
		out = append(out, map[string]string{"check": f.Check, "broken": f.Broken, "fix": f.Fix, "subject": f.Subject, "what": f.What})
	}
	return out
}

// printFindings tells what is broken, check by check.
func (a *App) printFindings(found []state.Finding) {
	if len(found) == 0 {
		fmt.Fprintln(a.Out, "Nothing is wrong: everything that has to hold does.")
		return
	}
	last := ""
	for _, f := range found {
		if f.Check != last {
			fmt.Fprintf(a.Out, "%s: %s\n  helps: %s\n", a.terminal().Paint(view.Red, f.Check), f.Broken, f.Fix)
			last = f.Check
		}
		fmt.Fprintf(a.Out, "    %s %s\n", f.Subject, f.What)
	}
}

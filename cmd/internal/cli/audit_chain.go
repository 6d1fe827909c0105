package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

func (a *App) auditExportCommand() *cobra.Command {
	var database string
	var after int64
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the audit of all teams as lines of JSON, oldest first, on the database (for operators)",
		Long: `Write the audit of all teams as lines of JSON, oldest first. Each has the hash of the one
before it (prev) and its own: SHA-256 of the line without the field hash. What is kept
elsewhere shows what was changed here; --after N goes on behind event N.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), database, func(s *postgres.Store) error { return a.exportAudit(cmd.Context(), s, after) })
		},
	}
	a.databaseFlag(cmd, &database)
	cmd.Flags().Int64Var(&after, "after", 0, "only what comes after the event with this number (seq)")
	return cmd
}

// exportAudit seals first, so that nothing that is there is missing.
func (a *App) exportAudit(ctx context.Context, s *postgres.Store, after int64) error {
	for more := true; more; {
		var err error
		if more, err = s.SealAudit(ctx); err != nil {
			return err
		}
	}
	out := bufio.NewWriter(a.Out)
	lines := json.NewEncoder(out)
	err := s.ExportAudit(ctx, after, func(l state.AuditLink) error { return lines.Encode(l) })
	if errors.Is(err, state.ErrNotFound) {
		return problemf("the audit has no event %d.", after)
	}
	return errors.Join(err, out.Flush())
}

func (a *App) auditVerifyCommand() *cobra.Command {
	var database string
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Follow the chain of hashes of the audit, or of an export of it (for operators)",
		Long: `Follow the chain of hashes of the audit on the database, or of an export in FILE ("-": the
standard input). Exit code 1 says that something is not as it was written. Who may write to
the database past Weir can make a whole new chain: keep exports, or the head, elsewhere.`,
		Args: atMostOne(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.verifyExport(args[0])
			}
			return a.withStore(cmd.Context(), database, func(s *postgres.Store) error {
				chain, unsealed, err := s.VerifyAudit(cmd.Context())
				if err != nil {
					return err
				}
				return a.showChain(chain, unsealed)
			})
		},
	}
	a.databaseFlag(cmd, &database)
	return cmd
}

func (a *App) verifyExport(name string) error {
	in := a.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return problem("the export: " + err.Error())
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	chain, err := followLines(in)
	if err != nil {
		return problemf("%s is no export of an audit: %v", name, err)
	}
	return a.showChain(chain, 0)
}

// followLines takes the first line's word for what was before it.
func followLines(in io.Reader) (chain state.AuditChain, err error) {
	lines := json.NewDecoder(in)
	for {
		var l state.AuditLink
		err := lines.Decode(&l)
		if errors.Is(err, io.EOF) {
			return chain, nil
		}
		if err != nil {
			return chain, err
		}
		if chain.Links == 0 {
			chain.Seq, chain.Hash = l.Seq-1, l.Prev
		}
		if err := chain.Follow(l); err != nil {
			return chain, err
		}
	}
}

func (a *App) showChain(c state.AuditChain, unsealed int64) error {
	if a.global.json {
		broken := append([]string{}, c.Broken...)
		if err := view.WriteValue(a.Out, map[string]any{"events": c.Links, "head": map[string]any{"seq": c.Seq, "hash": c.Hash}, "unsealed": unsealed, "broken": broken}); err != nil {
			return err
		}
	} else {
		for _, what := range c.Broken {
			fmt.Fprintf(a.Out, "%s: %s\n", a.terminal().Paint(view.Red, "broken"), what)
		}
		fmt.Fprintf(a.Out, "%d events, %d more without a place in the chain yet; its head is event %d: %s\n", c.Links, unsealed, c.Seq, c.Hash)
	}
	if len(c.Broken) > 0 {
		return exitCode(1)
	}
	return nil
}

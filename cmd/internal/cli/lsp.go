package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/lsp"
	"github.com/weirci/weir/cmd/internal/wire"
	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/lint"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// typingPause is how long nobody types before the pipeline is compiled.
const typingPause = 150 * time.Millisecond

func (a *App) lspCommand() *cobra.Command {
	var s source
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Help an editor: the language server",
		Long:  "Help an editor with *.weir.hcl files: problems as you type, completion, documentation,\ndefinitions, renaming and formatting.\n\nEditors start this themselves and talk to it over its standard input and output, in the\nLanguage Server Protocol. It logs to standard error.",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.stdinIsTerminal() {
				return problem("an editor has to start this, not a person.", "How to set up yours stands in docs/editors.md.")
			}
			return a.serveEditor(cmd.Context(), s)
		},
	}
	s.add(cmd)
	return cmd
}

func (a *App) serveEditor(ctx context.Context, s source) error {
	log, err := wire.NewLog(a.Err, a.Getenv("WEIR_LOG"), a.global.noColor || a.Getenv("NO_COLOR") != "")
	if err != nil {
		return err
	}
	in, ok := a.In.(io.ReadCloser)
	if !ok {
		in = io.NopCloser(a.In)
	}
	err = lsp.Serve(ctx, in, a.Out, lsp.Options{Check: checkFor(s), Log: log, Delay: typingPause, Version: version})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, lsp.ErrNoShutdown):
		log.Error(err.Error())
		return exitCode(1)
	}
	return err
}

// checkFor compiles and lints for the language server.
func checkFor(s source) func(context.Context, string, map[string][]byte) diag.List {
	return func(ctx context.Context, dir string, unsaved map[string][]byte) diag.List {
		in := s.inputs(os.Environ())
		in.Unsaved = unsaved
		cfg, sources, list := lang.Load(dir, in)
		if ctx.Err() != nil {
			return nil
		}
		list.Append(judge(ctx, cfg, sources)...)
		list.Sort()
		return list
	}
}

// judge compiles and, where there are no errors, lints.
func judge(ctx context.Context, cfg *config.Config, sources *diag.Sources) diag.List {
	g, origins, list := compiler.Trace(cfg)
	if g == nil || ctx.Err() != nil {
		return list
	}
	settings, _ := compiler.ReadSettings(cfg) // its problems are in the list
	return append(list, lint.Run(lint.Input{Config: cfg, Graph: g, Origins: origins, Sources: sources, Levels: settings.Lint})...)
}

package cli

import (
	"context"
	"fmt"
	"io"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/heap"
	"github.com/weirci/weir/compiler/lint"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/worker/resource/types"
)

type lintOptions struct {
	source
	policies policyFlags
	strict   bool
}

func (a *App) lintCommand() *cobra.Command {
	var o lintOptions
	cmd := &cobra.Command{
		Use:   "lint [DIR]",
		Short: "Say what is right in a pipeline but most likely not meant",
		Long: `Say what is right in a pipeline but most likely not meant, and what policies find.

Exits with 1 where an error was found, with --strict also where a warning was, and
with 2 where the pipeline does not compile. With --server or --target the tags of
steps and resources are compared with those of the server's workers.`,
		Args: atMostOne(),
		RunE: func(cmd *cobra.Command, args []string) error { return a.lint(cmd, o, directory(args)) },
	}
	o.source.add(cmd)
	o.policies.add(cmd)
	cmd.Flags().BoolVar(&o.strict, "strict", false, "warnings fail too")
	a.addFormat(cmd)
	return cmd
}

func (a *App) lint(cmd *cobra.Command, o lintOptions, dir string) error {
	defer heap.Floor(smallHeap)()
	c, err := a.inspect(o.source, dir)
	if err != nil {
		return err
	}
	if c.graph == nil {
		if err := a.report(a.reportTo(), c.findings); err != nil {
			return err
		}
		return c.exit()
	}
	in := lint.Input{Config: c.config, Graph: c.graph, Origins: c.origins, Sources: c.raw, Levels: c.settings.Lint, Schemas: schemas()}
	if cmd.Flags().Changed("server") || cmd.Flags().Changed("target") {
		if in.Workers, err = a.workerTags(cmd.Context()); err != nil {
			return err
		}
	}
	judged, err := a.judge(cmd.Context(), o.policies, c)
	if err != nil {
		return err
	}
	found := fromHere(lint.Run(in), c.raw)
	found.list.Append(c.list...)
	found.list.Append(judged.list...)
	found.list.Sort()
	return a.linted(c, found, o.strict)
}

// linted prints what was found; for a linter that is the result.
func (a *App) linted(c compiled, found findings, strict bool) error {
	if err := a.reportAll(a.Out, found); err != nil {
		return err
	}
	switch {
	case found.list.HasErrors(), strict && len(found.list) > 0:
		return exitCode(1)
	case len(found.list) == 0 && a.format == "text":
		_, err := fmt.Fprintf(a.Out, "Nothing is found in pipeline %s.\n", c.graph.Pipeline().Name)
		return err
	}
	return nil
}

// reportAll is report that for JSON prints an empty list as well.
func (a *App) reportAll(w io.Writer, f findings) error {
	if a.global.json {
		return diag.JSON(w, f.list, f.sources)
	}
	return a.report(w, f)
}

// reportTo is where a report goes that is not what was asked for: for people to
// standard error, for programs to standard output all the same.
func (a *App) reportTo() io.Writer {
	if a.format == "text" {
		return a.Err
	}
	return a.Out
}

func schemas() map[string]lint.Schema {
	out := map[string]lint.Schema{}
	for name, s := range types.Schemas() {
		out[name] = lint.Schema{Source: s.Source, Get: s.Get, Put: s.Put}
	}
	return out
}

// workerTags asks the server for the tags that its workers have.
func (a *App) workerTags(ctx context.Context) ([]lint.Tags, error) {
	c, err := a.dial(ctx)
	if err != nil {
		return nil, err
	}
	res, err := c.admin.ServerInfo(ctx, connect.NewRequest(&weirv1.ServerInfoRequest{}))
	if err != nil {
		return nil, err
	}
	out := []lint.Tags{}
	for _, t := range res.Msg.WorkerTags {
		out = append(out, t.Tags)
	}
	return out, nil
}

package cli

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

func (a *App) archiveCommand() *cobra.Command {
	return a.archives("archive", true, "Keep a pipeline with its builds, of which nothing runs, is checked or is listed")
}

func (a *App) unarchiveCommand() *cobra.Command {
	return a.archives("unarchive", false, "Take up an archived pipeline again, as applying it does")
}

func (a *App) archives(use string, archived bool, short string) *cobra.Command {
	return &cobra.Command{
		Use: use + " PIPELINE", Short: short, Args: exactly(1), ValidArgsFunction: a.completePipelines,
		RunE: func(cmd *cobra.Command, args []string) error { return a.archive(cmd.Context(), args[0], archived) },
	}
}

func (a *App) archive(ctx context.Context, name string, archived bool) error {
	c, err := a.dial(ctx)
	if err != nil {
		return err
	}
	if _, err := c.pipelines.ArchivePipeline(ctx, connect.NewRequest(&weirv1.ArchivePipelineRequest{Pipeline: name, Archived: archived})); err != nil {
		return err
	}
	if archived {
		fmt.Fprintf(a.Out, "%s is archived: take it up again with weir unarchive %s, or by applying it.\n", name, shellWord(name))
		return nil
	}
	fmt.Fprintf(a.Out, "%s is not archived.\n", name)
	return nil
}

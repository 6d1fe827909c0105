package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/docs"
)

func (a *App) docsCommand() *cobra.Command {
	var s source
	var output string
	var check bool
	cmd := &cobra.Command{
		Use:   "docs [DIR]",
		Short: "Write the page about a module or pipeline, in Markdown",
		Long: `Write the page about a module or pipeline: its variables, outputs, resources, jobs and
modules. With --output it goes into a file: into one that is there between the lines
` + docs.Begin + ` and ` + docs.End + `.
With --check nothing is written; the exit code is 1 if the file is not up to date.`,
		Args: atMostOne(),
		RunE: func(_ *cobra.Command, args []string) error {
			if check && output == "" {
				return problem("--check wants to know what to check.", "Name the file with --output.")
			}
			page, err := a.page(s, directory(args))
			if err != nil {
				return err
			}
			if a.global.json {
				return view.WriteValue(a.Out, page)
			}
			return a.writePage(page.Markdown(), output, check)
		},
	}
	s.add(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write into, instead of standard output")
	cmd.Flags().BoolVar(&check, "check", false, "say whether the file is up to date, and change nothing")
	return cmd
}

func (a *App) page(s source, dir string) (docs.Page, error) {
	if err := checkDirectory(dir); err != nil {
		return docs.Page{}, err
	}
	cfg, sources, list := lang.Load(dir, s.inputs(os.Environ()))
	if err := a.report(a.Err, fromHere(list, sources)); err != nil {
		return docs.Page{}, err
	}
	if cfg == nil || list.HasErrors() {
		return docs.Page{}, exitCode(2)
	}
	return docs.Of(cfg), nil
}

func (a *App) writePage(page, file string, check bool) error {
	if file == "" {
		return a.writeOut("", []byte(page))
	}
	have, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && check:
		return a.notUpToDate(file)
	case errors.Is(err, fs.ErrNotExist):
		return a.writeOut(file, []byte(docs.Begin+"\n"+page+docs.End+"\n"))
	case err != nil:
		return err
	}
	want, err := docs.Inject(string(have), page)
	if err != nil {
		return problemf("%s: %s.", file, err)
	}
	switch {
	case bytes.Equal(have, []byte(want)):
		return nil
	case check:
		return a.notUpToDate(file)
	}
	return replaceFile(file, []byte(want))
}

func (a *App) notUpToDate(file string) error {
	fmt.Fprintf(a.Err, "%s is not up to date; weir docs without --check writes it\n", file)
	return exitCode(1)
}

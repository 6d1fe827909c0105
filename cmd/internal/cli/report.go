package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/lang/diag"
	codes "github.com/weirci/weir/lang/diag/explain"
)

// findings are the problems of a pipeline, and the texts that they are in.
type findings struct {
	list    diag.List
	sources *diag.Sources
}

// fromHere names files as they are seen from the working directory, so that
// editors and code hosts find them.
func fromHere(list diag.List, sources *diag.Sources) findings {
	here, err := os.Getwd()
	if err != nil {
		return findings{list, sources}
	}
	name := func(file string) string {
		if !filepath.IsAbs(file) {
			return file
		}
		rel, err := filepath.Rel(here, file)
		if err != nil || strings.HasPrefix(rel, "..") {
			return file
		}
		return rel
	}
	return findings{list.Rename(name), sources.Rename(name)}
}

// reportFormats are the ways to print problems.
var reportFormats = []string{"text", "json", "sarif", "github"}

// addFormat gives a command --format. --json is the same as --format=json.
func (a *App) addFormat(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.format, "format", "", "how to print problems: text, json, sarif or github")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(reportFormats, cobra.ShellCompDirectiveNoFileComp)) // fails only for a flag that is not there
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.settleFormat(); err != nil {
			return err
		}
		return run(cmd, args)
	}
}

// settleFormat makes --json and --format one.
func (a *App) settleFormat() error {
	switch {
	case a.format == "" && a.global.json:
		a.format = "json"
	case a.format == "":
		a.format = "text"
	case !slices.Contains(reportFormats, a.format):
		return problemf("there is no format %q: %s are known.", a.format, strings.Join(reportFormats, ", "))
	case a.global.json && a.format != "json":
		return problemf("--json and --format=%s exclude each other.", a.format)
	}
	a.global.json = a.format == "json"
	return nil
}

// report prints problems in the format that was asked for: errors last, as they
// matter most. A SARIF log is printed even where nothing was found.
func (a *App) report(w io.Writer, f findings) error {
	first, left := f.list.First(maxReported)
	list := first.ErrorsLast()
	switch {
	case a.format == "sarif":
		return diag.SARIF(w, first, f.sources, diag.Tool{Version: version, Rule: codes.Rule})
	case len(list) == 0:
		return nil
	case a.format == "github":
		return diag.GitHub(w, list)
	case a.global.json:
		return diag.JSON(w, list, f.sources)
	}
	if err := a.reportText(w, list, f); err != nil || left == 0 {
		return err
	}
	_, err := fmt.Fprintf(w, "%d of them are not shown.\n", left)
	return err
}

const maxReported = 1000 // problems: who has more will mend some and look again

func (a *App) reportText(w io.Writer, list diag.List, f findings) error {
	term := view.Detect(w, a.Getenv, a.global.noColor)
	if err := diag.Text(w, list, f.sources, term.Color); err != nil {
		return err
	}
	style := view.Yellow
	if list.HasErrors() {
		style = view.Red
	}
	_, err := fmt.Fprintf(w, "\n%s\n", term.Paint(style, f.list.Tally()))
	return err
}

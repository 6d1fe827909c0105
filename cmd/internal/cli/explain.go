package cli

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/lang/diag"
	codes "github.com/weirci/weir/lang/diag/explain"
)

func (a *App) explainCommand() *cobra.Command {
	var list bool
	cmd := &cobra.Command{
		Use:   "explain CODE",
		Short: "Explain a problem's code: what it means, why it is one, how to mend it",
		Long:  "Explain a problem's code, such as W1003: what it means, why it is a problem, what to do\nabout it, and an example of both wrong and right.",
		Args:  atMostOne(),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case list && len(args) == 0:
				return a.listCodes()
			case len(args) == 0:
				return usage(cmd, "a code is missing")
			}
			return a.explainCode(args[0])
		},
		ValidArgsFunction: completeCodes,
	}
	cmd.Flags().BoolVar(&list, "list", false, "list all codes")
	return cmd
}

func completeCodes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, t := range codes.All() {
		out = append(out, string(t.Code)+"\t"+t.Title)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// codeForm is how a code is written, in whatever case.
var codeForm = regexp.MustCompile(`^[Ww]\d{4}$`)

func (a *App) explainCode(code string) error {
	t, ok := codes.Lookup(code)
	switch {
	case !codeForm.MatchString(code):
		return problemf("%q is no code: a code is a W and four digits, such as W1003.", code)
	case !ok:
		return problem("there is no code "+strings.ToUpper(code)+".", "`weir explain --list` lists all of them.")
	case a.global.json:
		return view.WriteValue(a.Out, t)
	}
	return writeText(a.Out, a.terminal(), t)
}

func (a *App) listCodes() error {
	if a.global.json {
		return view.WriteValue(a.Out, codes.All())
	}
	for _, c := range diag.Codes() {
		meaning, _ := c.Meaning()
		if _, err := fmt.Fprintf(a.Out, "%s  %s\n", c, meaning); err != nil {
			return err
		}
	}
	return nil
}

// writeText writes an explanation for people.
func writeText(w io.Writer, term view.Terminal, t codes.Text) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n", term.Paint(view.Bold, string(t.Code)+": "+t.Title), t.Meaning)
	fmt.Fprintf(&b, "\n%s\n%s\n", term.Paint(view.Bold, "Why"), t.Why)
	fmt.Fprintf(&b, "\n%s\n%s\n", term.Paint(view.Bold, "What to do"), t.Fix)
	writeExample(&b, term.Paint(view.Red, "Wrong"), t.Bad)
	writeExample(&b, term.Paint(view.Green, "Right"), t.Good)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeExample(b *strings.Builder, title string, files []codes.File) {
	if len(files) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", title)
	for _, f := range files {
		if len(files) > 1 || !strings.HasSuffix(f.Name, ".weir.hcl") {
			fmt.Fprintf(b, "  %s:\n", f.Name)
		}
		for line := range strings.Lines(diag.Harmless(f.Text)) {
			fmt.Fprintf(b, "    %s\n", strings.TrimRight(line, "\n"))
		}
	}
}

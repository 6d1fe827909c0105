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
		Use:   "explain CODE | JOB | RESOURCE | BUILD [STEP]",
		Short: "Explain a problem's code, or why a job, a build or a check waits",
		Long: "Explain a problem's code, such as W1003: what it means, why it is a problem, what to do\nabout it, and an example of both wrong and right.\n\n" +
			"Or explain what waits on the server: why a job makes no build, with what each of its\ninputs has to choose from; why a build (JOB/N or its id) does not start, or what each of\n" +
			"its steps waits for; when a resource is checked next. Jobs and resources are named by\nname or address. The reasons are the server's own: it decides anew, and tells what it says.",
		Args: between(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case list && len(args) == 0:
				return a.listCodes()
			case len(args) == 0:
				return usage(cmd, "what is to be explained? A code, a job, a resource or a build is missing")
			case codeForm.MatchString(args[0]) && len(args) == 1:
				return a.explainCode(args[0])
			}
			return a.why(cmd.Context(), args)
		},
		ValidArgsFunction: a.completeExplained,
	}
	cmd.Flags().BoolVar(&list, "list", false, "list all codes")
	return cmd
}

// completeExplained gives codes to what begins like one, and jobs to the rest.
func (a *App) completeExplained(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if toComplete == "" || strings.HasPrefix(strings.ToUpper(toComplete), "W") {
		return completeCodes(cmd, args, toComplete)
	}
	return a.completeJobs(cmd, args, toComplete)
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

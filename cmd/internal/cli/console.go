package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// consoleHelp is what help says.
const consoleHelp = `Type an expression, such as upper(var.branch), and see what it is worth. It may name
what expressions of the pipeline's jobs may name, and jobs and resources as they were
compiled. While brackets are open, the next line goes on.

  :type EXPR   the type of the value
  help, exit   or ^D
`

func (a *App) consoleCommand() *cobra.Command {
	var s source
	var given []string
	cmd := &cobra.Command{
		Use:   "console [DIR]",
		Short: "Evaluate expressions against a pipeline",
		Long: `Evaluate expressions against a pipeline: those of -e, or the lines of standard input. What
only a run knows is shown as the expression that the plan would keep. Exit code 2 says that
an expression had errors.`,
		Args: atMostOne(),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := a.openConsole(s, directory(args))
			switch {
			case err != nil:
				return err
			case len(given) > 0:
				return c.all(given)
			case a.stdinIsTerminal() && a.terminal().Interactive:
				return c.interactive(a.In.(*os.File))
			}
			return c.script(a.In)
		},
	}
	s.add(cmd)
	cmd.Flags().StringArrayVarP(&given, "expression", "e", nil, "evaluate this, instead of what is typed; may be given several times")
	return cmd
}

// console is one session.
type console struct {
	app    *App
	eval   *compiler.Console
	out    io.Writer
	err    io.Writer
	failed bool
}

// openConsole computes the pipeline's values. Its problems are shown; what has
// a value in spite of them can be named.
func (a *App) openConsole(s source, dir string) (*console, error) {
	if err := checkDirectory(dir); err != nil {
		return nil, err
	}
	cfg, sources, list := lang.Load(dir, s.inputs(os.Environ()))
	eval, more := compiler.NewConsole(cfg)
	list.Append(more...)
	list.Sort()
	if err := a.report(a.Err, fromHere(list, sources)); err != nil {
		return nil, err
	}
	if eval == nil {
		return nil, exitCode(2)
	}
	return &console{app: a, eval: eval, out: a.Out, err: a.Err}, nil
}

func (c *console) exit() error {
	if c.failed {
		return exitCode(2)
	}
	return nil
}

func (c *console) all(texts []string) error {
	for _, text := range texts {
		if err := c.line(text); err != nil {
			return err
		}
	}
	return c.exit()
}

// script evaluates the lines of a file.
func (c *console) script(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, expr.MaxFile)
	err := c.read(func(bool) (string, error) {
		if lines.Scan() {
			return lines.Text(), nil
		}
		return "", errors.Join(lines.Err(), io.EOF)
	})
	return errors.Join(err, c.exit())
}

// interactive lets somebody type: with editing and history.
func (c *console) interactive(in *os.File) error {
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("prepare the terminal: %w", err)
	}
	defer term.Restore(int(in.Fd()), state) //nolint:errcheck // there is nothing left to do about it
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, c.app.Out}, "> ")
	c.out, c.err = screen, screen
	if width, height, err := term.GetSize(int(in.Fd())); err == nil && width > 0 {
		_ = screen.SetSize(width, height) // fails only for sizes below zero
	}
	fmt.Fprintf(screen, "Type help for help.\n")
	return c.read(func(goesOn bool) (string, error) {
		screen.SetPrompt(map[bool]string{false: "> ", true: ". "}[goesOn])
		return screen.ReadLine()
	})
}

// read takes lines until there are no more, and evaluates what is whole.
func (c *console) read(next func(goesOn bool) (string, error)) error {
	text := ""
	for {
		line, err := next(text != "")
		if errors.Is(err, io.EOF) {
			if strings.TrimSpace(text) != "" {
				return c.line(text)
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a line: %w", err)
		}
		text += line + "\n"
		if line != "" && expr.Open([]byte(text)) {
			continue
		}
		if word := strings.TrimSpace(text); word == "exit" || word == "quit" {
			return nil
		}
		if err := c.line(text); err != nil {
			return err
		}
		text = ""
	}
}

func (c *console) line(text string) error {
	text = strings.TrimSpace(text)
	typed, ask := strings.CutPrefix(text, ":type ")
	switch {
	case text == "" || strings.HasPrefix(text, "#"):
		return nil
	case text == "help" || text == ":help" || text == ":type":
		_, err := io.WriteString(c.out, consoleHelp)
		return err
	case ask:
		text = typed
	}
	const name = "<console>"
	e, list := expr.Parse(name, []byte(text))
	var answer compiler.Answer
	if !list.HasErrors() {
		answer, list = c.eval.Eval(e)
	}
	if len(list) > 0 {
		sources := &diag.Sources{}
		sources.Add(name, []byte(text))
		if err := c.app.report(c.err, findings{list: list, sources: sources}); err != nil {
			return err
		}
	}
	if list.HasErrors() {
		c.failed = true
		return nil
	}
	return c.show(answer, ask)
}

func (c *console) show(a compiler.Answer, typeOnly bool) error {
	switch {
	case c.app.global.json:
		return c.showJSON(a)
	case a.Deferred != nil && typeOnly:
		return c.print("known in a run")
	case a.Deferred != nil:
		return c.print("(known in a run) " + a.Deferred.Source)
	case typeOnly:
		return c.print(a.Value.Type().FriendlyName())
	}
	return c.print(view.Value(a.Value))
}

func (c *console) print(text string) error {
	_, err := fmt.Fprintln(c.out, text)
	return err
}

// showJSON prints one object on one line for each expression.
func (c *console) showJSON(a compiler.Answer) error {
	answer := map[string]any{}
	switch {
	case a.Deferred != nil:
		answer["deferred"], answer["needs"] = a.Deferred.Source, a.Deferred.Refs
	case a.Value.ContainsMarked():
		answer["type"], answer["sensitive"] = a.Value.Type().FriendlyName(), true
	default:
		answer["type"], answer["value"] = a.Value.Type().FriendlyName(), view.ValueJSON(a.Value)
	}
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(answer)
}

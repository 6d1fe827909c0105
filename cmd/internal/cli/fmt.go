package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/format"
)

// formatting is one call of weir fmt.
type formatting struct {
	app         *App
	check, diff bool
	stdinName   string

	changed  []string
	problems diag.List
	sources  diag.Sources
}

func (a *App) fmtCommand() *cobra.Command {
	f := &formatting{app: a}
	cmd := &cobra.Command{
		Use:   "fmt [PATH…]",
		Short: "Write pipeline files in their one form, in both notations",
		Long: `Write pipeline files in their one form: *.weir.hcl, *.weirvars, weir.lock.hcl and *.cue.
Directories are searched with all below them; without a PATH, the one you are in. The names
of files that changed are printed. A file with a syntax error is left as it is. With - the
text comes from standard input, and its form goes to standard output.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return f.run(args)
		},
	}
	cmd.Flags().BoolVar(&f.check, "check", false, "change nothing; exit with 1 if something would change")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "change nothing; print what would change")
	cmd.Flags().StringVar(&f.stdinName, "stdin-name", "stdin.weir.hcl", "name that says the notation of standard input")
	return cmd
}

func (f *formatting) run(args []string) error {
	for _, path := range args {
		if err := f.path(path); err != nil {
			return err
		}
	}
	if err := f.app.report(f.app.Err, fromHere(f.problems, &f.sources)); err != nil {
		return err
	}
	if f.app.global.json {
		if err := view.WriteValue(f.app.Out, map[string]any{"changed": append([]string{}, f.changed...)}); err != nil {
			return err
		}
	}
	switch {
	case f.problems.HasErrors():
		return exitCode(2)
	case f.check && len(f.changed) > 0:
		return exitCode(1)
	}
	return nil
}

func (f *formatting) path(path string) error {
	if path == "-" {
		return f.stdin()
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return problemf("there is no file or directory %s.", path)
	case err != nil:
		return err
	case !info.IsDir() && !format.Known(path):
		return problem(path+" is no file of a pipeline.", "Those end in .weir.hcl, .weirvars or .cue.")
	case !info.IsDir():
		return f.file(path)
	}
	return filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != path && hiddenDir(d.Name()):
			return filepath.SkipDir
		case !d.IsDir() && format.Known(name):
			return f.file(name)
		}
		return nil
	})
}

// hiddenDir is a directory whose files are somebody else's.
func hiddenDir(name string) bool {
	return strings.HasPrefix(name, ".") && name != "." && name != ".." || name == "cue.mod"
}

func (f *formatting) stdin() error {
	text, err := io.ReadAll(f.app.In)
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	if !format.Known(f.stdinName) {
		return problem(f.stdinName+" is no name of a pipeline's file.", "Those end in .weir.hcl, .weirvars or .cue.")
	}
	out, ok := f.source("<stdin>", f.stdinName, text)
	if !ok {
		return nil
	}
	if f.check || f.diff {
		return f.different("<stdin>", text, out)
	}
	_, err = f.app.Out.Write(out)
	return err
}

func (f *formatting) file(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	out, ok := f.source(name, name, text)
	if !ok {
		return nil
	}
	if err := f.different(name, text, out); err != nil || bytes.Equal(text, out) || f.check || f.diff {
		return err
	}
	return replaceFile(name, out)
}

// source formats a text; what is wrong with it is kept for the end.
func (f *formatting) source(shown, name string, text []byte) ([]byte, bool) {
	out, list := format.Source(name, text)
	for i := range list {
		list[i].Range.File = shown
	}
	f.sources.Add(shown, text)
	f.problems.Append(list...)
	return out, !list.HasErrors()
}

// different says that a file changes.
func (f *formatting) different(name string, from, to []byte) error {
	if bytes.Equal(from, to) {
		return nil
	}
	f.changed = append(f.changed, name)
	if f.app.global.json {
		return nil
	}
	if f.diff {
		_, err := f.app.Out.Write(diff.Diff(name, from, name+" (formatted)", to))
		return err
	}
	_, err := fmt.Fprintln(f.app.Out, name)
	return err
}

// replaceFile writes a file anew, whole or not at all. A link stays one, and
// the mode what it was.
func replaceFile(name string, text []byte) (err error) {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(target), ".weir-fmt-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err := errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return os.Rename(f.Name(), target)
}

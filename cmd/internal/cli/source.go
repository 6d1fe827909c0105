package cli

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/diag"
)

// directory is the argument, or where we are.
func directory(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return "."
}

// compile reads and compiles the pipeline in a directory. Everything that is
// wrong with it is printed here; exit code 2 says that this was done.
func (a *App) compile(s source, dir string) (*graph.Graph, error) {
	if err := checkDirectory(dir); err != nil {
		return nil, err
	}
	in := s.inputs(os.Environ())
	cfg, sources, list := lang.Load(dir, in)
	g, more := compiler.Compile(cfg)
	list.Append(more...)
	list.Sort()
	if err := a.diagnose(list, sources); err != nil {
		return nil, err
	}
	if list.HasErrors() || g == nil {
		return nil, exitCode(2)
	}
	return g, nil
}

func checkDirectory(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return problemf("there is no directory %s.", dir)
	case err != nil:
		return err
	case !info.IsDir():
		return problem(dir+" is a file.", "A pipeline is a directory: name "+filepath.Dir(dir)+".")
	}
	return nil
}

// diagnose prints problems to standard error: warnings first, so that what
// matters most stands last on the screen.
func (a *App) diagnose(list diag.List, sources *diag.Sources) error {
	if len(list) == 0 {
		return nil
	}
	var sorted diag.List
	for _, severity := range []diag.Severity{diag.Warning, diag.Error} {
		for _, d := range list {
			if d.Severity == severity {
				sorted = append(sorted, d)
			}
		}
	}
	var b bytes.Buffer
	var err error
	if a.global.json {
		err = diag.JSON(&b, sorted, sources)
	} else {
		err = diag.Text(&b, sorted, sources, a.errTerminal().Color)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(a.Err, &b)
	return err
}

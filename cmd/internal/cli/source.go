package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
)

// directory is the argument, or where we are.
func directory(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return "."
}

// compile reads and compiles the pipeline in a directory. Everything that is
// wrong with it is printed here, to standard error; exit code 2 says that this
// was done.
func (a *App) compile(s source, dir string) (*graph.Graph, error) {
	c, err := a.inspect(s, dir)
	if err != nil {
		return nil, err
	}
	if err := a.report(a.Err, c.findings); err != nil {
		return nil, err
	}
	return c.graph, c.exit()
}

// compiled is what came of a directory. The graph is nil where there are errors.
type compiled struct {
	graph *graph.Graph
	findings
}

func (c compiled) exit() error {
	if c.graph == nil {
		return exitCode(2)
	}
	return nil
}

// inspect compiles the pipeline in a directory and prints nothing.
func (a *App) inspect(s source, dir string) (compiled, error) {
	if err := checkDirectory(dir); err != nil {
		return compiled{}, err
	}
	in := s.inputs(os.Environ())
	cfg, sources, list := lang.Load(dir, in)
	g, more := compiler.Compile(cfg)
	list.Append(more...)
	list.Sort()
	if list.HasErrors() {
		g = nil
	}
	return compiled{graph: g, findings: fromHere(list, sources)}, nil
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

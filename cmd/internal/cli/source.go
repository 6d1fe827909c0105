package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weirci/weir/cmd/internal/heap"
	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
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
	dir      string
	config   *config.Config
	graph    *graph.Graph
	origins  compiler.Origins
	settings compiler.Settings
	raw      *diag.Sources // by the names that the configuration uses
	findings
}

func (c compiled) exit() error {
	if c.graph == nil {
		return exitCode(2)
	}
	return nil
}

// smallHeap is up to how large a heap nothing is collected while a pipeline is
// read: most are read and compiled in less, and their memory is never looked at.
const smallHeap = 300 << 20 // bytes

// inspect compiles the pipeline in a directory and prints nothing.
func (a *App) inspect(s source, dir string) (compiled, error) {
	if err := checkDirectory(dir); err != nil {
		return compiled{}, err
	}
	defer heap.Floor(smallHeap)()
	in := s.inputs(os.Environ())
	cfg, sources, list := lang.Load(dir, in)
	c := compiled{dir: dir, config: cfg}
	c.settings, _ = compiler.ReadSettings(cfg) // Compile says what is wrong with them
	if refused := c.settings.Refuses(version); len(refused) > 0 {
		c.findings = fromHere(refused, sources) // what else there is may be because of that
		return c, nil
	}
	g, origins, more := compiler.Trace(cfg)
	list.Append(more...)
	list.Sort()
	if !list.HasErrors() {
		c.graph, c.origins = g, origins
	}
	c.findings = fromHere(list, sources)
	c.raw = sources
	return c, nil
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

package lint

import (
	"slices"
	"sync"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// survey is what was written, by module: each with the names that are used in
// it, and every argument.
type survey struct {
	modules []*module
	byFile  map[string]*module
	args    []argument
	plans   *sync.Map // of []field, by type
	seen    map[*config.Config]bool
}

// module is one directory's blocks.
type module struct {
	cfg    *config.Config
	locals map[string]*config.Local
	tasks  map[string]*config.SharedTask
	used   map[string]bool // "local.x", "var.x", "task.x", "resource.git.x", "secret.x"
	within []diag.Call     // of one of its instances
}

func newModule(cfg *config.Config, within []diag.Call) *module {
	return &module{cfg: cfg, used: map[string]bool{}, within: within,
		locals: byName(cfg.Locals, func(l *config.Local) config.Name { return l.Name }),
		tasks:  byName(cfg.Tasks, func(t *config.SharedTask) config.Name { return t.Name })}
}

// argument is one argument of a block.
type argument struct {
	block string // the block's word: job, task, check
	name  string // as it is written: max_in_flight
	value config.Expr
}

// definition follows a plain name of a local value to where that is written.
func (s *survey) definition(e config.Expr) diag.Range {
	for range 10 { // a local may name a local
		name, m := s.whole(e, "local")
		if m == nil {
			break
		}
		if l := m.locals[name]; l != nil {
			e = l.Value
		}
	}
	return e.Range()
}

// shared is the shared task that uses = task.x names.
func (s *survey) shared(e config.Expr) *config.SharedTask {
	name, m := s.whole(e, "task")
	if m == nil {
		return nil
	}
	return m.tasks[name]
}

// whole is x where an expression is nothing but root.x, and the module that it
// stands in.
func (s *survey) whole(e config.Expr, root string) (string, *module) {
	if e == nil {
		return "", nil
	}
	refs := e.Refs()
	if len(refs) != 1 || !refs[0].Whole || refs[0].Root() != root || len(refs[0].Path) != 2 {
		return "", nil
	}
	return refs[0].Path[1].Name, s.byFile[refs[0].Range.File]
}

// byName finds blocks by their names; of two of one name the first counts.
func byName[T any](all []*T, of func(*T) config.Name) map[string]*T {
	out := make(map[string]*T, len(all))
	for _, x := range slices.Backward(all) {
		out[of(x).Text] = x
	}
	return out
}

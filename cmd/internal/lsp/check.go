package lsp

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weirci/weir/lang/assist"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/hcl"
)

// checker compiles directories that have changed, one after the other, when
// nobody types for a moment. A check of what has changed again is given up.
type checker struct {
	s    *server
	wake chan struct{} // has room for one

	mu      sync.Mutex
	dirty   map[string]bool
	current string             // the directory that is being compiled
	stop    context.CancelFunc // gives that up

	found map[string]map[string][]finding // by directory and path
}

// finding is a problem and the text that it was found in.
type finding struct {
	diag.Diagnostic
	shown   diagnostic
	version int
}

func newChecker(s *server) *checker {
	return &checker{s: s, wake: make(chan struct{}, 1), dirty: map[string]bool{}, found: map[string]map[string][]finding{}}
}

// touch says that directories have changed.
func (c *checker) touch(dirs ...string) {
	c.mu.Lock()
	for _, d := range dirs {
		c.dirty[d] = true
		if d == c.current {
			c.stop()
		}
	}
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run checks until the context ends.
func (c *checker) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
		if !c.calm(ctx) {
			return
		}
		for len(c.wake) == 0 { // else somebody types again: what is dirty stays so
			dir, ok := c.next()
			if !ok {
				break
			}
			c.check(ctx, dir)
		}
	}
}

// calm waits until nothing has changed for a moment; false: the context ended.
func (c *checker) calm(ctx context.Context) bool {
	t := time.NewTimer(c.s.Delay)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-c.wake:
			t.Reset(c.s.Delay)
		case <-t.C:
			return true
		}
	}
}

func (c *checker) next() (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]string, 0, len(c.dirty))
	for d := range c.dirty {
		all = append(all, d)
	}
	if len(all) == 0 {
		return "", false
	}
	dir := slices.Min(all)
	delete(c.dirty, dir)
	return dir, true
}

func (c *checker) check(ctx context.Context, dir string) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c.mu.Lock()
	c.current, c.stop = dir, stop
	c.mu.Unlock()
	list, versions := c.compile(ctx, dir)
	c.mu.Lock()
	c.current = ""
	c.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	c.publish(ctx, dir, c.byPath(dir, list, versions), versions)
}

// compile gives the problems of a directory. One that nobody looks at has none.
func (c *checker) compile(ctx context.Context, dir string) (list diag.List, versions map[string]int) {
	texts, versions := c.s.files.unsaved()
	if !slices.Contains(c.s.files.directories(), dir) {
		return nil, versions
	}
	defer func() {
		if p := recover(); p != nil {
			c.s.Log.Error("a bug in weir", "directory", dir, "panic", p)
		}
	}()
	list = c.s.Check(ctx, dir, texts)
	if d := c.s.files.dir(dir); d.IsModule() {
		list = slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return onlyOfPipelines(d.Code) })
	}
	return list, versions
}

// onlyOfPipelines are the codes that say nothing of a module by itself: who
// calls it gives its values, and is the pipeline.
func onlyOfPipelines(c diag.Code) bool { return c == diag.OnePipeline || c == diag.NoValue }

// byPath sorts problems by the file that shows them. What is in no file, as a
// value that is given from outside, shows where the directory's first file begins.
func (c *checker) byPath(dir string, list diag.List, versions map[string]int) map[string][]finding {
	found := map[string][]finding{}
	for _, d := range list {
		path := d.Range.File
		if !strings.HasSuffix(path, hcl.Suffix) {
			if path = c.s.files.dir(dir).First(); path == "" {
				continue
			}
			d.Range = diag.Range{File: path}
		}
		found[path] = append(found[path], finding{Diagnostic: d, shown: c.show(d), version: versions[path]})
	}
	return found
}

// publish tells the editor what it does not know yet: of each file that has or
// had problems, all of them, whichever directory they were found for.
func (c *checker) publish(ctx context.Context, dir string, found map[string][]finding, versions map[string]int) {
	c.mu.Lock()
	paths := map[string]bool{}
	for p := range c.found[dir] {
		paths[p] = true
	}
	for p := range found {
		paths[p] = true
	}
	for p := range versions {
		if dirOf(p) == dir {
			paths[p] = true
		}
	}
	c.found[dir] = found
	c.mu.Unlock()
	for p := range paths {
		out := published{URI: c.s.files.uriOf(p), Diagnostics: []diagnostic{}}
		if v, open := versions[p]; open {
			out.Version = &v
		}
		for _, f := range c.of(p) {
			out.Diagnostics = append(out.Diagnostics, f.shown)
		}
		if err := c.s.conn.Notify(ctx, "textDocument/publishDiagnostics", out); err != nil {
			return
		}
	}
}

// of are the problems of a file, each once.
func (c *checker) of(path string) []finding {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []finding
	for _, found := range c.found {
		for _, f := range found[path] {
			if !slices.ContainsFunc(all, func(g finding) bool {
				return g.Code == f.Code && g.Range == f.Range && g.Summary == f.Summary && g.Detail == f.Detail
			}) {
				all = append(all, f)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b finding) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	return all
}

// actions are the suggested fixes of the problems in a range.
func (s *server) actions(path string, at span) []codeAction {
	_, versions := s.files.unsaved()
	out := []codeAction{}
	for _, f := range s.checker.of(path) {
		if f.Fix == nil || f.Fix.Range.Start.Line == 0 || f.version != versions[path] || !overlap(f.shown.Range, at) {
			continue
		}
		lines := s.checker.lines(f.Fix.Range.File)
		if lines == nil {
			continue
		}
		edit := textEdit{Range: spanIn(lines, assist.Span{Start: f.Fix.Range.Start.Byte, End: f.Fix.Range.End.Byte}), NewText: f.Fix.Text}
		out = append(out, codeAction{Title: titleOf(f.Fix), Kind: "quickfix", Diagnostics: []diagnostic{f.shown}, IsPreferred: true,
			Edit: workspaceEdit{Changes: map[string][]textEdit{s.files.uriOf(f.Fix.Range.File): {edit}}}})
	}
	return out
}

// titleOf turns the words of a help around: what would be done.
func titleOf(f *diag.Fix) string {
	if strings.HasPrefix(f.Help, "did you mean") {
		return "Change to " + f.Text
	}
	return strings.ToUpper(f.Help[:1]) + f.Help[1:]
}

func overlap(a, b span) bool { return !before(a.End, b.Start) && !before(b.End, a.Start) }

func before(a, b position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

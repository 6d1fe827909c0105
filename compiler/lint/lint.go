package lint

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// Input is a compiled pipeline, and what is known beside it.
type Input struct {
	Config  *config.Config
	Graph   *graph.Graph
	Origins compiler.Origins
	Sources *diag.Sources

	Levels  map[diag.Code]compiler.Level // of the weir block
	Schemas map[string]Schema            // by the name of a built-in resource type
	Workers []Tags                       // each worker's; nil: unknown, nobody was asked
}

// Tags are those of one worker.
type Tags []string

// Rule is one thing that lint looks for.
type Rule struct {
	Code     diag.Code
	Severity diag.Severity // where the weir block says nothing
	Summary  string        // of its diagnostics: a few words
	Why      string        // whole sentences, for the documents and weir explain
	Fix      string        // what to do, as a whole sentence

	check func(*pass, report)
	skip  func(Input) bool // nil, or says that it cannot be judged
}

// report takes one finding. Code, severity and, where it is empty, the summary
// are the rule's.
type report func(diag.Diagnostic)

// Run applies all rules. The list is sorted.
func Run(in Input) diag.List {
	if in.Config == nil || in.Graph == nil {
		return nil
	}
	return run(in, Rules())
}

func run(in Input, rules []Rule) diag.List {
	p := newPass(in)
	judged := map[diag.Code]bool{}
	for _, r := range rules {
		if r.check != nil && in.Levels[r.Code] != compiler.LevelOff && (r.skip == nil || !r.skip(in)) {
			judged[r.Code] = true
		}
	}
	lists := make([]diag.List, len(rules))
	atOnce(len(rules), func(i int) {
		if judged[rules[i].Code] {
			lists[i] = p.apply(rules[i])
		}
	})
	return settle(in, slices.Concat(lists...), judged)
}

// apply is what one rule finds.
func (p *pass) apply(r Rule) (found diag.List) {
	r.check(p, func(d diag.Diagnostic) {
		d.Code, d.Severity = r.Code, r.Severity
		if d.Summary == "" {
			d.Summary = r.Summary
		}
		if m := p.written.byFile[d.Range.File]; m != nil && d.Within == nil {
			d.Within = m.within
		}
		found.Append(d)
	})
	return found
}

// atOnce calls f for each number below n, on all processors.
func atOnce(n int, f func(int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		group.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				f(i - 1)
			}
		})
	}
	group.Wait()
}

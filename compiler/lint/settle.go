package lint

import (
	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang/diag"
)

// settle turns what the rules found into what is told: comments silence, the
// weir block weighs, and a block that is compiled many times is told of once.
func settle(in Input, found diag.List, judged map[diag.Code]bool) diag.List {
	found = once(found)
	ignores := scan(in.Sources)
	kept := found[:0:0]
	for _, d := range found {
		if !ignores.silence(d) {
			kept.Append(d)
		}
	}
	for _, r := range []Rule{ignoreMalformed(), ignoreUnused()} {
		for _, d := range ignores.problems(r.Code, judged) {
			d.Code, d.Severity = r.Code, r.Severity
			kept.Append(d)
		}
	}
	kept = weigh(kept, in.Levels)
	kept.Sort()
	return kept
}

// once keeps the first finding of a rule at a place: the instances of a block
// that is repeated share their source.
func once(found diag.List) diag.List {
	type key struct {
		code    diag.Code
		at      diag.Range
		summary string
	}
	seen := map[key]bool{}
	kept := found[:0:0]
	for _, d := range found {
		k := key{d.Code, d.Range, d.Summary}
		if d.Range.IsZero() || !seen[k] {
			seen[k] = true
			kept.Append(d)
		}
	}
	return kept
}

func weigh(found diag.List, levels map[diag.Code]compiler.Level) diag.List {
	kept := found[:0:0]
	for _, d := range found {
		switch levels[d.Code] {
		case compiler.LevelOff:
			continue
		case compiler.LevelError:
			d.Severity = diag.Error
		case compiler.LevelWarning:
			d.Severity = diag.Warning
		}
		kept.Append(d)
	}
	return kept
}

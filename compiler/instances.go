package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// checkModule checks module.x.output, module.x["key"].output.
func (u *unit) checkModule(r config.Ref) bool {
	if !u.named(r, diag.UnknownModule, "module", func() []string { return sorted(u.m.sym.calls) }, has(u.m.sym.calls)) {
		return false
	}
	c := u.m.calls[r.Path[1].Name]
	if c == nil || !u.m.expanded {
		return true // the first phase knows nothing of it yet
	}
	i, rest, ok := u.checkInstance(r, 2, c.repeated)
	if !ok || len(rest) == 0 {
		return ok && c.whole()
	}
	if !slices.ContainsFunc(c.cfg.Outputs, func(o *config.Output) bool { return o.Name.Text == rest[0].Name }) {
		var names []string
		for _, o := range c.cfg.Outputs {
			names = append(names, o.Name.Text)
		}
		u.unknown(diag.UnknownOutput, rest[0].Range, "output of the module", rest[0].Name, names)
		return false
	}
	return i < 0 || !c.modules[i].failed["output."+rest[0].Name]
}

// whole is false where an output of an instance failed, which is said already.
func (c *call) whole() bool {
	for _, in := range c.modules {
		for _, o := range in.cfg.Outputs {
			if in.failed["output."+o.Name.Text] {
				return false
			}
		}
	}
	return true
}

// checkInstance checks the key behind the name of a block, which the first n
// segments are. It gives the instance, -1 for all of them, and what follows.
func (u *unit) checkInstance(r config.Ref, n int, of *repeated) (int, []config.Segment, bool) {
	rest := r.Path[n:]
	switch {
	case of.how == unknownKeys:
		return -1, nil, false
	case of.how == once && len(rest) > 0 && rest[0].Index != config.ByName:
		u.errorf(diag.UnknownInstance, r.Range, "No instances", "%s has neither for_each nor count: it stands for one, and is named without a key.", blockName(r, n))
		return 0, nil, false
	case of.how == once:
		return 0, rest, true
	case len(rest) == 0:
		return -1, nil, true
	}
	i, ok := of.has(rest[0])
	if !ok {
		u.noInstance(r, n, of)
	}
	return i, rest[1:], ok
}

func (u *unit) noInstance(r config.Ref, n int, of *repeated) {
	at, name := r.Path[n], blockName(r, n)
	d := diag.Diagnostic{Code: diag.UnknownInstance, Range: at.Range, Summary: "No such instance"}
	switch {
	case of.how == byNumber:
		d.Detail = fmt.Sprintf("%s has count = %d: its instances are numbered from 0 and named %s[0].", name, len(of.keys), name)
	case at.Index == config.ByName && len(of.keys) > 0:
		d.Detail = fmt.Sprintf("%s has for_each, so it stands for several: say which, such as %s%s.%s.", name, name, of.suffix(0), at.Name)
	case at.Index == config.ByNumber:
		d.Detail = fmt.Sprintf("%s has for_each: its instances are named by keys, not by numbers.%s", name, listed(of.keys))
	default:
		d.Detail = fmt.Sprintf("%s has no instance %q.", name, at.Name)
		if near, ok := diag.Nearest(at.Name, of.keys); ok {
			d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean %s[%q]?", name, near)}
		} else {
			d.Detail += listed(of.keys)
		}
	}
	u.list.Append(d)
}

func blockName(r config.Ref, n int) string { return config.Ref{Path: r.Path[:n]}.String() }

// checkGiven checks each, count and the iterators of dynamic blocks.
func (u *unit) checkGiven(r config.Ref) bool {
	fields := []string{"key", "value"}
	if r.Root() == "count" {
		fields = []string{"index"}
	}
	if len(r.Path) < 2 {
		u.errorf(diag.UnknownName, r.Range, "Incomplete reference", "%s by itself is no value; write %s.%s.", r.Root(), r.Root(), strings.Join(fields, " or "+r.Root()+"."))
		return false
	}
	if !slices.Contains(fields, r.Path[1].Name) {
		u.unknown(diag.UnknownName, r.Path[1].Range, "field of "+r.Root(), r.Path[1].Name, fields)
		return false
	}
	return true
}

// outsideOfRepetition reports each and count where nothing is repeated.
func (u *unit) outsideOfRepetition(r config.Ref) {
	by := map[string]string{"each": "for_each", "count": "count"}[r.Root()]
	u.errorf(diag.UnknownName, r.Range, "Nothing is repeated here", "%s exists only in blocks with %s, and there not in %s itself.", r.Root(), by, by)
}

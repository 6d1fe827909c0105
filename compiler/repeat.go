package compiler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// MaxNodes is how many resources, jobs and instances of modules a pipeline may
// have. It stands between a slip in a for_each and a machine without memory.
const MaxNodes = 100_000

const maxKey = 200 // bytes of a key of for_each

// repeated is what a block stands for: itself, or its instances.
type repeated struct {
	how  repetition
	keys []string // of the instances, sorted; with count, as many as there are
	each *slot    // the value of for_each, for each.value
	at   diag.Range
	name string
}

type repetition uint8

const (
	once repetition = iota
	byKey
	byNumber
	unknownKeys // they could not be found out, which is said already
)

// onlyOne is what a block without for_each and count stands for. Read only.
var onlyOne = &repeated{keys: []string{""}}

// repeat finds the instances of a block. It is the first phase: what is asked
// for must be known from variables and locals alone.
func (u *unit) repeat(name string, at diag.Range, r config.Repeat) *repeated {
	switch {
	case r.ForEach == nil && r.Count == nil:
		return onlyOne
	case r.ForEach != nil && r.Count != nil:
		u.errorf(diag.Conflict, r.Count.Range(), "Both for_each and count", "A block is repeated by for_each or by count, not by both.")
		return &repeated{how: unknownKeys}
	}
	out := &repeated{how: byKey, at: at, name: name}
	var ok bool
	if r.ForEach != nil {
		out.keys, ok = u.forEach(r.ForEach, out)
	} else {
		out.how = byNumber
		out.keys, ok = u.count(r.Count)
	}
	if !ok || !u.room(len(out.keys), at) {
		return &repeated{how: unknownKeys}
	}
	return out
}

func (u *unit) forEach(e config.Expr, r *repeated) ([]string, bool) {
	r.each = &slot{name: r.name + ".for_each", home: u.m, owner: u.m, expr: e}
	v, ok := u.first(r.each)
	if !ok {
		return nil, false
	}
	switch ty := v.Type(); {
	case v.IsMarked():
		u.sensitive(e.Range())
		return nil, false
	case !v.IsKnown() || ty.IsSetType() && !v.IsWhollyKnown():
		u.secondPhase(e, "The keys of for_each")
		return nil, false
	case v.IsNull():
		u.errorf(diag.BadRepeat, e.Range(), "Nothing to repeat for", "for_each is null. An empty map or set stands for no instances.")
		return nil, false
	case ty.IsObjectType() || ty.IsMapType() || ty.IsSetType() && ty.ElementType() == cty.String:
		return u.keysOf(v, e)
	}
	u.notKeys(e, v)
	return nil, false
}

func (u *unit) notKeys(e config.Expr, v cty.Value) {
	d := diag.Diagnostic{Code: diag.BadRepeat, Range: e.Range(), Summary: "Wrong type for for_each"}
	what := kindOf(v)
	switch ty := v.Type(); {
	case ty.IsTupleType() || ty.IsListType():
		d.Fix = &diag.Fix{Help: "a list of different strings becomes a set with toset(…)"}
	case ty.IsSetType():
		what = "a " + ty.FriendlyName()
		d.Fix = &diag.Fix{Help: "write toset([for x in … : tostring(x)]), or a map from keys to values"}
	}
	d.Detail = "for_each takes a map or a set of strings, whose keys name the instances; this is " + what + "."
	u.list.Append(d)
}

// keysOf takes the keys of a map or the elements of a set. It looks at their
// number first, so that a slip costs nothing.
func (u *unit) keysOf(v cty.Value, e config.Expr) ([]string, bool) {
	if n := v.LengthInt(); n > MaxNodes {
		u.tooMany(n, e.Range())
		return nil, false
	}
	keys, set := make([]string, 0, v.LengthInt()), v.Type().IsSetType()
	for it := v.ElementIterator(); it.Next(); {
		k, x := it.Element()
		if set {
			k = x
		}
		if k.IsNull() || !u.goodKey(k.AsString(), e) {
			return nil, false
		}
		keys = append(keys, k.AsString())
	}
	slices.Sort(keys)
	return keys, true
}

// goodKey holds keys to what can be read in an address and typed in a shell.
func (u *unit) goodKey(k string, e config.Expr) bool {
	if k != "" && len(k) <= maxKey && !strings.ContainsFunc(k, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return true
	}
	u.errorf(diag.BadRepeat, e.Range(), "Unusable key of for_each",
		"%s cannot name an instance: a key has 1 to %d bytes of text that can be printed.", strconv.Quote(k[:min(len(k), maxKey)]), maxKey)
	return false
}

func (u *unit) count(e config.Expr) ([]string, bool) {
	v, ok := u.first(&slot{name: "count", home: u.m, owner: u.m, expr: e})
	if !ok {
		return nil, false
	}
	if !v.IsKnown() {
		u.secondPhase(e, "count")
		return nil, false
	}
	if v, _ = v.Unmark(); v.Type() != cty.Number || v.IsNull() {
		u.errorf(diag.BadRepeat, e.Range(), "Wrong type for count", "count is a whole number, 0 or more; this is %s.", kindOf(v))
		return nil, false
	}
	n, exact := v.AsBigFloat().Int64()
	if exact != 0 || n < 0 {
		u.errorf(diag.BadRepeat, e.Range(), "Wrong number for count", "count is a whole number, 0 or more.")
		return nil, false
	}
	if n > MaxNodes {
		u.tooMany(int(n), e.Range())
		return nil, false
	}
	keys := make([]string, n)
	for i := range keys {
		keys[i] = strconv.Itoa(i)
	}
	return keys, true
}

// room counts nodes, and reports the first block that makes them too many.
func (u *unit) room(n int, at diag.Range) bool {
	u.c.nodeCount += n
	if u.c.nodeCount <= MaxNodes {
		return true
	}
	if u.c.nodeCount-n <= MaxNodes {
		u.tooMany(u.c.nodeCount, at)
	}
	return false
}

func (u *unit) tooMany(n int, at diag.Range) {
	u.list.Append(diag.Diagnostic{Code: diag.TooMany, Range: at, Summary: "Too many nodes",
		Detail: fmt.Sprintf("With this, the pipeline has %d jobs, resources and modules or more; a pipeline may have up to %d.", n, MaxNodes),
		Fix:    &diag.Fix{Help: "split it into several pipelines"}})
}

// suffix is what the address of an instance ends in.
func (r *repeated) suffix(i int) string {
	switch r.how {
	case byKey:
		return graph.Key(r.keys[i])
	case byNumber:
		return "[" + r.keys[i] + "]"
	}
	return ""
}

// given is what each or count stands for in an instance.
func (r *repeated) given(i int) config.Scope {
	switch r.how {
	case byKey:
		key := cty.StringVal(r.keys[i])
		return config.Scope{"each": cty.ObjectVal(map[string]cty.Value{"key": key, "value": element(r.each.value, r.keys[i])})}
	case byNumber:
		return config.Scope{"count": cty.ObjectVal(map[string]cty.Value{"index": cty.NumberIntVal(int64(i))})}
	}
	return nil
}

// element is the value under a key; of a set, the key itself.
func element(v cty.Value, key string) cty.Value {
	switch ty := v.Type(); {
	case ty.IsObjectType():
		return v.GetAttr(key)
	case ty.IsMapType():
		return v.Index(cty.StringVal(key))
	}
	return cty.StringVal(key)
}

// values puts one value for each instance together, as expressions see them.
func (r *repeated) values(of func(i int) cty.Value) cty.Value {
	if r.how == once {
		return of(0)
	}
	all := make([]cty.Value, len(r.keys))
	for i := range all {
		all[i] = of(i)
	}
	if r.how == byNumber {
		return cty.TupleVal(all)
	}
	byKey := make(map[string]cty.Value, len(all))
	for i, k := range r.keys {
		byKey[k] = all[i]
	}
	return cty.ObjectVal(byKey)
}

// has finds the instance that a reference names.
func (r *repeated) has(s config.Segment) (int, bool) {
	if r.how == byNumber {
		i, err := strconv.Atoi(s.Name)
		return i, err == nil && s.Index == config.ByNumber && i >= 0 && i < len(r.keys)
	}
	i, ok := slices.BinarySearch(r.keys, s.Name)
	return i, ok && s.Index != config.ByNumber
}

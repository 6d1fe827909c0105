package compiler

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// notifyType is what a kind of notification has in its config.
type notifyType struct {
	required []string
	optional []string
}

// notifyTypes is read only.
var notifyTypes = map[string]notifyType{
	"webhook": {[]string{"url", "secret"}, []string{"headers", "data"}},
	"slack":   {[]string{"url"}, []string{"text"}},
	"email":   {[]string{"to"}, []string{"subject", "text", "html"}},
	"github":  {[]string{"repository", "token"}, []string{"url", "commit", "context", "description"}},
	"gitlab":  {[]string{"repository", "token"}, []string{"url", "commit", "context", "description"}},
	"gitea":   {[]string{"url", "repository", "token"}, []string{"commit", "context", "description"}},
}

// notifyEvents are what may be told. Read only, sorted.
var notifyEvents = []string{"aborted", "broken", "errored", "failed", "fixed", "started", "succeeded"}

// notifications compiles the notify blocks of a job or of the pipeline. Each may
// name what its block may, and the event that it tells.
func (u *unit) notifications(list []*config.Notification) []graph.Notification {
	if len(list) == 0 {
		return nil
	}
	in := u.telling()
	table(list, "notify", "notify", &in.list, func(n *config.Notification) config.Name { return n.Name })
	out := make([]graph.Notification, 0, len(list))
	for _, n := range list {
		out = append(out, in.notification(n))
	}
	u.list.Append(in.list...)
	slices.SortStableFunc(out, func(a, b graph.Notification) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// telling is u where there is an event. Steps are over by then: what they knew is
// not asked for.
func (u *unit) telling() *unit {
	run := running{tells: true}
	if u.run != nil {
		run.gets, run.params = u.run.gets, u.run.params
	}
	in := *u
	in.run, in.list, in.scope = &run, nil, maps.Clone(u.scope)
	maps.Copy(in.scope, runScope(&run))
	in.scope["event"] = unknownEvent
	return &in
}

func (u *unit) notification(n *config.Notification) graph.Notification {
	kind, known := notifyTypes[n.Type.Text]
	if !known {
		u.unknown(diag.UnknownName, n.Type.Range, "kind of notification", n.Type.Text, sorted(notifyTypes))
	}
	out := graph.Notification{Name: n.Name.Text, Type: n.Type.Text, On: u.set(n.On)}
	if n.On != nil {
		u.notifyOn(n, out.On)
	}
	if n.Config == nil {
		u.errorf(diag.MissingField, n.Range, "Notification without config", "A notify block says where to: config = { … }.")
		return out
	}
	var whole bool
	if out.Config, whole = u.object(n.Config); whole && known {
		u.notifyConfig(n, kind, out.Config)
	}
	return out
}

func (u *unit) notifyOn(n *config.Notification, on []string) {
	for _, event := range on {
		if !slices.Contains(notifyEvents, event) {
			u.unknown(diag.UnknownName, n.On.Range(), "event", event, notifyEvents)
		}
	}
	if list, ok := n.On.Parts().(config.List); ok && len(list) == 0 {
		u.errorf(diag.Empty, n.On.Range(), "Notification of nothing", "This list is empty, so nobody would ever be told anything.")
	}
}

// notifyConfig checks which keys there are; what they hold is looked at when it is known.
func (u *unit) notifyConfig(n *config.Notification, kind notifyType, given graph.Map) {
	all := slices.Concat(kind.required, kind.optional)
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if slices.Contains(all, key) {
			continue
		}
		d := diag.Diagnostic{Code: diag.UnknownField, Range: n.Config.Range(), Summary: "Unknown field",
			Detail: fmt.Sprintf("The config of %s notifications has no key %q. It has: %s.", n.Type.Text, key, strings.Join(all, ", "))}
		if near, ok := diag.Nearest(key, all); ok {
			d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean %q?", near)}
		}
		u.list.Append(d)
	}
	for _, key := range kind.required {
		if v, ok := given[key]; !ok || v == (graph.Null{}) {
			u.errorf(diag.MissingField, n.Config.Range(), "Incomplete config", "The config of %s notifications has a %s.", n.Type.Text, key)
		}
	}
}

var unknownEvent = func() cty.Value {
	fields := make(map[string]cty.Value, len(eventFields))
	for _, f := range eventFields {
		fields[f] = cty.UnknownVal(cty.String).RefineNotNull()
	}
	return cty.ObjectVal(fields)
}()

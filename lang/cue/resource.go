package cue

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

var (
	resourceFields = fields[config.Resource]{
		{"source", func(x *config.Resource) *config.Expr { return &x.Source }, nil},
		{"pin", func(x *config.Resource) *config.Expr { return &x.Pin }, nil},
		{"tags", func(x *config.Resource) *config.Expr { return &x.Tags }, nil},
		{"icon", func(x *config.Resource) *config.Expr { return &x.Icon }, nil},
		{"public", func(x *config.Resource) *config.Expr { return &x.Public }, nil},
		{"for_each", func(x *config.Resource) *config.Expr { return &x.Repeat.ForEach }, (*reader).forEach},
		{"count", func(x *config.Resource) *config.Expr { return &x.Repeat.Count }, nil},
	}
	resourceForm = newForm("#Resource", "A resource", nil, []string{"type"}, resourceFields.names(), []string{"check", "webhook"})
	checkFields  = fields[config.Check]{
		{"every", func(c *config.Check) *config.Expr { return &c.Every }, nil},
		{"timeout", func(c *config.Check) *config.Expr { return &c.Timeout }, nil},
	}
	checkForm     = newForm("#Check", "check", nil, checkFields.names())
	webhookFields = fields[config.Webhook]{
		{"token", func(w *config.Webhook) *config.Expr { return &w.Token }, nil},
		{"filters", func(w *config.Webhook) *config.Expr { return &w.Filters }, nil},
	}
	webhookForm = newForm("#Webhook", "webhook", []string{"token"}, webhookFields.names()).checkedBy("token")
)

// gatherResources notes the types of the resources by name: steps may name a
// resource without its type.
func (r *reader) gatherResources(v cue.Value) {
	r.resourceTypes = map[string][]string{}
	it, err := v.Fields()
	if err != nil {
		return
	}
	for it.Next() {
		if !it.Selector().IsString() {
			return // a list: told where it is read
		}
		kind, name, typed := strings.Cut(it.Selector().Unquoted(), ".")
		if !typed {
			name = kind
			kind, _ = it.Value().LookupPath(cue.ParsePath("type")).String()
		}
		if kind != "" {
			r.resourceTypes[name] = append(r.resourceTypes[name], kind)
		}
	}
}

func (r *reader) resourceBlock(n config.Name, v cue.Value) {
	x := &config.Resource{Name: n, Range: n.Range}
	if kind, name, typed := strings.Cut(n.Text, "."); typed {
		x.Type, x.Name.Text = config.Name{Text: kind, Range: n.Range}, name
	}
	ok := r.structure(v, resourceForm, func(name string, in cue.Value) bool {
		switch name {
		case "type":
			r.resourceKind(x, in)
		case "check":
			x.Check = &config.Check{Range: r.texts.label(in)}
			plain(r, in, checkForm, checkFields, x.Check)
		case "webhook":
			x.Webhook = &config.Webhook{Range: r.texts.label(in)}
			plain(r, in, webhookForm, webhookFields, x.Webhook)
		default:
			return resourceFields.put(r, x, name, in)
		}
		return true
	})
	if ok && x.Type.Text == "" {
		r.problems.Append(diag.Diagnostic{Code: diag.MissingField, Range: n.Range, Summary: "Missing field",
			Detail: fmt.Sprintf("A resource needs the field type: write type: \"git\", or name the resource \"git.%s\".", n.Text)})
		return
	}
	if ok {
		r.config.Resources = append(r.config.Resources, x)
	}
}

// resourceKind reads the type, which may be in the resource's key as well.
func (r *reader) resourceKind(x *config.Resource, v cue.Value) {
	t := r.text(v)
	if x.Type.Text != "" && t.Text != "" && t.Text != x.Type.Text {
		r.problems.Append(diag.Diagnostic{Code: diag.Conflict, Range: t.Range, Summary: "Two types for a resource",
			Detail:  fmt.Sprintf("Its key says that the type is %q, and here it is %q.", x.Type.Text, t.Text),
			Related: []diag.Related{{Message: "the key", Range: x.Type.Range}}})
		return
	}
	x.Type = t
}

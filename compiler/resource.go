package compiler

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func (m *module) resourceType(t *config.ResourceType) node {
	u := m.unit()
	spec := graph.ResourceType{Privileged: u.flag(t.Privileged), Defaults: u.data(t.Defaults)}
	if t.Image == nil {
		u.errorf(diag.MissingField, t.Range, "Resource type without image", "A resource_type has an image that implements it.")
	}
	u.typeImage(t.Image, &spec)
	return node{address: graph.ResourceTypeAddress(t.Name.Text).In(m.address), spec: spec, at: t.Range, list: u.list}
}

func (m *module) resource(r *config.Resource, in instance) node {
	u := m.unit()
	u.give(in.given)
	source, whole := u.object(r.Source)
	spec := graph.Resource{Source: source, Pin: u.pairs(r.Pin), Tags: u.set(r.Tags),
		Icon: u.word(r.Icon), Public: u.flag(r.Public), Webhook: u.webhook(r.Webhook)}
	u.typeOf(r, &spec)
	if whole {
		u.required(r, spec)
	}
	if r.Check != nil {
		u.checkTimes(r.Check, &spec)
	}
	address := graph.ResourceAddress(r.Type.Text, r.Name.Text) + graph.Address(in.suffix)
	return node{address: address.In(m.address), spec: spec, at: r.Range, list: u.list}
}

// typeOf resolves the type of a resource; a declared type hides a built-in one.
func (u *unit) typeOf(r *config.Resource, spec *graph.Resource) {
	name := r.Type.Text
	for m := u.m; m != nil; m = m.parent { // a module may use the types of its callers
		if t, ok := m.types[name]; ok {
			spec.TypeRef = graph.ResourceTypeAddress(name).In(m.address)
			spec.Source = mergeMaps(t.Defaults, spec.Source)
			return
		}
	}
	if _, ok := builtinType(name); !ok {
		u.unknown(diag.UnknownResourceType, r.Type.Range, "resource type", name, u.m.sym.typeNames())
		return
	}
	spec.Type = name
}

// required checks that the source has what a built-in type cannot do without.
func (u *unit) required(r *config.Resource, spec graph.Resource) {
	b, _ := builtinType(spec.Type)
	for _, key := range b.required {
		if _, ok := spec.Source[key]; !ok {
			u.errorf(diag.MissingField, r.Range, "Incomplete source", "The source of a %s resource has a %s: source = { %s = … }.", b.name, key, key)
		}
	}
}

func (u *unit) checkTimes(c *config.Check, spec *graph.Resource) {
	spec.CheckTimeout = u.duration(c.Timeout)
	if c.Every == nil {
		return
	}
	if v, ok := c.Every.Literal(); ok && isText(v) && v.AsString() == "never" {
		spec.CheckNever = true
		return
	}
	spec.CheckEvery = u.duration(c.Every)
}

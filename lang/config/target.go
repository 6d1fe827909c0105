package config

import (
	"reflect"

	"github.com/zclconf/go-cty/cty"
)

// Target is what a typed reference names: job.unit, resource.git.app. As a
// value it stands for the block and has no text of its own, so it can be put
// into lists and locals but not into strings.
type Target struct {
	Kind   string // job, resource, resource_type, task, artifact
	Type   string // of a resource: git
	Name   string
	Key    string // of an instance: ["api"] or [0]
	Module string // the address of the module that it is in; "" for the root
}

// String is the address of what the reference names.
func (t Target) String() string {
	s := t.Kind + "." + t.Name + t.Key
	if t.Type != "" {
		s = t.Kind + "." + t.Type + "." + t.Name + t.Key
	}
	if t.Module != "" {
		return t.Module + "." + s
	}
	return s
}

// TargetType is the type of references as values.
var TargetType = cty.Capsule("reference", reflect.TypeFor[Target]())

// Value is the reference as a value.
func (t Target) Value() cty.Value { return cty.CapsuleVal(TargetType, &t) }

// AsTarget is the reference that a value is.
func AsTarget(v cty.Value) (Target, bool) {
	if v.IsMarked() || !v.Type().Equals(TargetType) || !v.IsKnown() || v.IsNull() {
		return Target{}, false
	}
	return *v.EncapsulatedValue().(*Target), true
}

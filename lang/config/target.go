package config

import (
	"reflect"

	"github.com/zclconf/go-cty/cty"
)

// Target is what a typed reference names: job.unit, resource.git.app. As a
// value it stands for the block and has no text of its own, so it can be put
// into lists and locals but not into strings.
type Target struct {
	Kind string // job, resource, resource_type, task, artifact
	Type string // of a resource: git
	Name string
}

// String is the reference as it is written.
func (t Target) String() string {
	if t.Type != "" {
		return t.Kind + "." + t.Type + "." + t.Name
	}
	return t.Kind + "." + t.Name
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

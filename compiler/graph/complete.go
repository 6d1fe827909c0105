package graph

import "reflect"

// Complete is AllAttributes without the steps of a job: see Step.Complete.
func Complete(s Spec) Map { return completeOf(reflect.ValueOf(s)) }

// Complete is a step as data with every field, those of its body among them,
// and without the steps inside of it.
func (s Step) Complete() Map {
	out := completeOf(reflect.ValueOf(s))
	if s.Body != nil {
		out["kind"] = String(s.Body.StepKind())
		for k, v := range completeOf(reflect.ValueOf(s.Body)) {
			out[k] = v
		}
	}
	return out
}

var (
	stepsType = reflect.TypeFor[[]Step]()
	hooksType = reflect.TypeFor[Hooks]()
)

func completeOf(v reflect.Value) Map {
	fields := layouts()[v.Type()]
	out := make(Map, len(fields))
	for _, f := range fields {
		fv := v.Field(f.index)
		if t := fv.Type(); t != bodyType && t != stepsType && t != hooksType {
			out[f.name] = attribute(fv, f.set, true)
		}
	}
	return out
}

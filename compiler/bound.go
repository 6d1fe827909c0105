package compiler

import (
	"maps"
	"reflect"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// bound is an expression of a shared task that another module than its own
// uses: what it names at compile time is its own module's, what only a run
// knows is that of the job. Its own names are checked with the shared task, so
// Refs are those of the run.
type bound struct {
	config.Expr
	home *module
}

func (b bound) Refs() []config.Ref {
	return slices.DeleteFunc(b.Expr.Refs(), func(r config.Ref) bool { return !runTime(r.Root()) })
}

func (b bound) Eval(scope config.Scope) (cty.Value, diag.List) {
	own := maps.Clone(b.home.scope)
	for root, v := range scope {
		if runTime(root) {
			own[root] = v
		}
	}
	return b.Expr.Eval(own)
}

func (b bound) Parts() config.Parts {
	switch parts := b.Expr.Parts().(type) {
	case config.List:
		out := make(config.List, len(parts))
		for i := range parts {
			out[i] = bound{parts[i], b.home}
		}
		return out
	case config.Object:
		out := make(config.Object, len(parts))
		for i, p := range parts {
			out[i] = config.Item{Key: bound{p.Key, b.home}, Value: bound{p.Value, b.home}}
		}
		return out
	}
	return nil
}

// bind is a shared task as other modules than its own see it.
func (m *module) bind(t config.Task) config.Task {
	return m.bindValue(reflect.ValueOf(t)).Interface().(config.Task)
}

var exprType = reflect.TypeFor[config.Expr]()

// bindValue copies a value with all expressions inside of it bound.
func (m *module) bindValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch {
	case v.Type() == exprType:
		if !v.IsNil() {
			out.Set(reflect.ValueOf(bound{v.Interface().(config.Expr), m}))
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(m.bindValue(v.Field(i)))
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(m.bindValue(v.Elem()))
	case v.Kind() == reflect.Slice && !v.IsNil():
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(m.bindValue(v.Index(i)))
		}
	}
	return out
}

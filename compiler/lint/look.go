package lint

import (
	"reflect"
	"strings"
	"sync"
	"unicode"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// look walks all that was written. It goes by the types of the tree and not by
// their names, so what the language gains is looked at without a word here.
func look(cfg *config.Config) *survey {
	s := &survey{byFile: map[string]*module{}, plans: &sync.Map{}, seen: map[*config.Config]bool{}}
	s.look(cfg, nil)
	return s
}

// look walks a module, once.
func (s *survey) look(cfg *config.Config, within []diag.Call) {
	if cfg == nil || s.seen[cfg] {
		return
	}
	s.seen[cfg] = true
	w := &walker{survey: s, module: newModule(cfg, within)}
	s.modules = append(s.modules, w.module)
	w.fields(reflect.ValueOf(cfg).Elem())
}

// refsOf are the names that a step itself uses, without the steps inside of it.
func (s *survey) refsOf(step *config.Step) []config.Ref {
	var refs []config.Ref
	w := &walker{survey: s, flat: true, each: func(a argument) { refs = append(refs, a.value.Refs()...) }}
	w.fields(reflect.ValueOf(step).Elem())
	return refs
}

type walker struct {
	*survey
	module *module
	own    *config.Variable // around what is looked at
	flat   bool             // no steps inside of steps
	each   func(argument)   // instead of noting it
}

// field is a field of a struct that may hold expressions.
type field struct {
	index       int
	block, name string // the language's words for the struct and the field
	expr        bool
}

var exprType = reflect.TypeFor[config.Expr]()

func (w *walker) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		w.pointer(v)
	case reflect.Interface:
		if !v.IsNil() {
			w.value(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.value(v.Index(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			w.value(it.Value())
		}
	case reflect.Struct:
		w.fields(v)
	}
}

func (w *walker) pointer(v reflect.Value) {
	if v.IsNil() {
		return
	}
	switch x := v.Interface().(type) {
	case *config.Given: // by who runs it, and not written
	case *config.Step:
		if !w.flat {
			w.fields(v.Elem())
		}
	case *config.Variable:
		w.own = x
		w.fields(v.Elem())
		w.own = nil
	default:
		w.value(v.Elem())
	}
}

func (w *walker) fields(v reflect.Value) {
	for _, f := range w.plan(v.Type()) {
		fv := v.Field(f.index)
		if !f.expr {
			w.value(fv)
			continue
		}
		if e, ok := fv.Interface().(config.Expr); ok {
			w.argument(argument{block: f.block, name: f.name, value: e})
		}
	}
}

// plan is the fields of a struct that matter: what holds no expression at any
// depth is not gone into.
func (s *survey) plan(t reflect.Type) []field {
	if p, ok := s.plans.Load(t); ok {
		return p.([]field)
	}
	var p []field
	for i := range t.NumField() {
		f := t.Field(i)
		if f.IsExported() && holds(f.Type, map[reflect.Type]bool{}) {
			p = append(p, field{index: i, block: word(t.Name()), name: word(f.Name), expr: f.Type == exprType})
		}
	}
	s.plans.Store(t, p)
	return p
}

// holds reports whether expressions may be somewhere in a value of a type.
func holds(t reflect.Type, seen map[reflect.Type]bool) bool {
	if t == exprType || t == reflect.TypeFor[config.Body]() {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return holds(t.Elem(), seen)
	case reflect.Struct:
		if !strings.HasPrefix(t.PkgPath(), reflect.TypeFor[config.Config]().PkgPath()) {
			return false
		}
		for i := range t.NumField() {
			if t.Field(i).IsExported() && holds(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

func (w *walker) argument(a argument) {
	if w.each != nil {
		w.each(a)
		return
	}
	w.args = append(w.args, a)
	refs := a.value.Refs()
	if _, ok := w.byFile[a.value.Range().File]; !ok {
		w.byFile[a.value.Range().File] = w.module
	}
	for _, r := range refs {
		if len(r.Path) < 2 || w.own != nil && r.Root() == "var" && r.Path[1].Name == w.own.Name.Text {
			continue
		}
		w.module.used[r.Root()+"."+r.Path[1].Name] = true
		if r.Root() == "resource" && len(r.Path) > 2 {
			w.module.used["resource."+r.Path[1].Name+"."+r.Path[2].Name] = true
		}
	}
}

// word is a Go name as the language writes it: MaxInFlight is max_in_flight.
func word(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && !unicode.IsUpper(runes[i-1]) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

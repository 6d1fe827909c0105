package cue

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/literal"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/weirci/weir/lang/config"
)

// ErrNoCounterpart is what Write says of what CUE writes in a way of its own.
var ErrNoCounterpart = errors.New("CUE writes this in another way")

// Write writes a pipeline, in whatever notation it was read, in CUE. What
// reads it back compiles to the same graph. Expressions stay templates;
// comments and conditions on variables are not carried over.
func Write(cfg *config.Config) ([]byte, error) {
	w := &writer{}
	w.config(cfg)
	if w.err != nil {
		return nil, w.err
	}
	out, err := format.Source(w.Bytes())
	if err != nil {
		return nil, fmt.Errorf("format what was written: %w", err)
	}
	return out, nil
}

type writer struct {
	bytes.Buffer
	err error
}

func (w *writer) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

// block writes a field that is a struct.
func (w *writer) block(name string, body func()) {
	w.printf("%s: {\n", label(name))
	body()
	w.printf("}\n")
}

// some writes a struct of things by name, if there are any.
func some[T any](w *writer, name string, all []T, each func(T)) {
	if len(all) > 0 {
		w.block(name, func() {
			for _, x := range all {
				each(x)
			}
		})
	}
}

// list writes a list of structs, if there are any.
func list[T any](w *writer, name string, all []T, each func(T)) {
	if len(all) == 0 {
		return
	}
	w.printf("%s: [\n", name)
	for _, x := range all {
		w.printf("{\n")
		each(x)
		w.printf("},\n")
	}
	w.printf("]\n")
}

// arguments writes those fields that are there.
func arguments[T any](w *writer, known fields[T], of *T) {
	for _, f := range known {
		if e := *f.at(of); e != nil {
			w.printf("%s: %s\n", label(f.name), w.value(e, f.as != nil))
		}
	}
}

// plainBlock writes a struct that has nothing but arguments.
func plainBlock[T any](w *writer, name string, known fields[T], of *T) {
	if of != nil {
		w.block(name, func() { arguments(w, known, of) })
	}
}

// label is a field's name. What begins with _ or # would be hidden without
// quotes, and some words are CUE's own.
func label(name string) string {
	switch name {
	case "try", "for", "if", "let", "in", "true", "false", "null", "import", "package", "else", "fallback", "otherwise", "func":
		return strconv.Quote(name)
	}
	for i, c := range name {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && (c == '_' || c >= '0' && c <= '9') {
			continue
		}
		return literal.Label.Quote(name)
	}
	if name == "" {
		return `""`
	}
	return name
}

// value is an expression as CUE. Where a name is expected, a reference is
// written as one.
func (w *writer) value(e config.Expr, names bool) string {
	if v, ok := e.Literal(); ok {
		return constantText(v)
	}
	switch parts := e.Parts().(type) {
	case config.List:
		var b strings.Builder
		for _, x := range parts {
			b.WriteString(w.value(x, names) + ",")
		}
		return "[" + strings.TrimSuffix(b.String(), ",") + "]"
	case config.Object:
		return w.object(parts)
	}
	text := e.Template()
	if refs := e.Refs(); names && len(refs) == 1 && refs[0].Whole && !refs[0].Open && namesKind(refs[0].Root()) {
		text = strings.TrimSuffix(strings.TrimPrefix(text, "${"), "}")
		for _, kind := range []string{"job.", "task."} {
			text = strings.TrimPrefix(text, kind)
		}
	}
	return quote(text)
}

// namesKind says whether a reference is to a thing that is named by a string.
func namesKind(root string) bool {
	return root == "job" || root == "task" || root == "resource" || root == "artifact"
}

func (w *writer) object(items config.Object) string {
	var b strings.Builder
	b.WriteString("{\n")
	for _, item := range items {
		key, ok := item.Key.Literal()
		if !ok || key.Type() != cty.String {
			w.err = fmt.Errorf("a key that is an expression, at %s: %w", item.Key.Range(), ErrNoCounterpart)
			return "{}"
		}
		b.WriteString(label(key.AsString()) + ": " + w.value(item.Value, false) + "\n")
	}
	return b.String() + "}"
}

// quote is a text as a string; one of several lines keeps them.
func quote(s string) string {
	if strings.Contains(s, "\n") {
		return literal.String.WithTabIndent(0).WithOptionalTabIndent(0).Quote(s)
	}
	return literal.String.Quote(s)
}

var escapes = strings.NewReplacer("${", "$${", "%{", "%%{")

// constantText is a value as CUE, with its strings as templates.
func constantText(v cty.Value) string {
	if v.Type() == cty.String && !v.IsNull() {
		return quote(escapes.Replace(v.AsString()))
	}
	text, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return "null"
	}
	return string(text)
}

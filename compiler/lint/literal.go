package lint

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
)

// literal is the text of an expression that is nothing but text.
func literal(e config.Expr) (string, bool) {
	v, ok := e.Literal()
	if !ok || v.IsNull() || !v.IsKnown() || v.IsMarked() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

// texts calls f for every literal text in an expression, with the name under
// which it stands: the key of the innermost object, or else the argument.
func texts(name string, e config.Expr, f func(name, text string, at config.Expr)) {
	if e == nil {
		return
	}
	if text, ok := literal(e); ok {
		f(name, text, e)
		return
	}
	switch parts := e.Parts().(type) {
	case config.List:
		for _, x := range parts {
			texts(name, x, f)
		}
	case config.Object:
		for _, it := range parts {
			key := name
			if k, ok := literal(it.Key); ok {
				key = k
			}
			texts(key, it.Value, f)
		}
	}
}

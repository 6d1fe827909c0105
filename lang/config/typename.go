package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// TypeText is a type as it is written in a variable or param block, in one
// form: list(string), object({a=number, b=optional(bool)}).
func TypeText(t cty.Type) string {
	switch {
	case t == cty.DynamicPseudoType:
		return "any"
	case t.IsPrimitiveType():
		return t.FriendlyNameForConstraint()
	case t.IsListType():
		return "list(" + TypeText(t.ElementType()) + ")"
	case t.IsSetType():
		return "set(" + TypeText(t.ElementType()) + ")"
	case t.IsMapType():
		return "map(" + TypeText(t.ElementType()) + ")"
	case t.IsTupleType():
		return "tuple([" + strings.Join(each(t.TupleElementTypes()), ", ") + "])"
	case t.IsObjectType():
		return objectText(t)
	}
	return t.FriendlyNameForConstraint()
}

func each(types []cty.Type) []string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = TypeText(t)
	}
	return out
}

func objectText(t cty.Type) string {
	attributes := t.AttributeTypes()
	out := make([]string, 0, len(attributes))
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		text := TypeText(attributes[name])
		if t.AttributeOptional(name) {
			text = "optional(" + text + ")"
		}
		out = append(out, name+"="+text)
	}
	return "object({" + strings.Join(out, ", ") + "})"
}

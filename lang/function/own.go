package function

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	stdstrings "strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// text makes a function from strings to a string.
func text(params []string, f func([]string) (string, error)) function.Function {
	return overStrings(params, cty.String, func(s []string) (cty.Value, error) {
		out, err := f(s)
		return cty.StringVal(out), err
	})
}

// holds makes a function from strings to a bool.
func holds(params []string, f func(a, b string) bool) function.Function {
	return overStrings(params, cty.Bool, func(s []string) (cty.Value, error) { return cty.BoolVal(f(s[0], s[1])), nil })
}

func overStrings(params []string, result cty.Type, f func([]string) (cty.Value, error)) function.Function {
	spec := &function.Spec{Type: function.StaticReturnType(result)}
	for _, p := range params {
		spec.Params = append(spec.Params, function.Parameter{Name: p, Type: cty.String})
	}
	spec.Impl = func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		s := make([]string, len(args))
		for i, a := range args {
			s[i] = a.AsString()
		}
		return f(s)
	}
	return function.New(spec)
}

var (
	startsWithFunc = holds([]string{"str", "prefix"}, stdstrings.HasPrefix)
	endsWithFunc   = holds([]string{"str", "suffix"}, stdstrings.HasSuffix)

	base64EncodeFunc = text([]string{"str"}, func(s []string) (string, error) {
		return base64.StdEncoding.EncodeToString([]byte(s[0])), nil
	})
	base64DecodeFunc = text([]string{"str"}, func(s []string) (string, error) {
		b, err := base64.StdEncoding.DecodeString(s[0])
		if err == nil && !utf8.Valid(b) {
			err = errors.New("the decoded bytes are not UTF-8 text")
		}
		return string(b), err
	})
	sha256Func = text([]string{"str"}, func(s []string) (string, error) {
		sum := sha256.Sum256([]byte(s[0]))
		return hex.EncodeToString(sum[:]), nil
	})
)

// replaceFunc replaces a plain substring or, written between slashes, every
// match of a regular expression.
var replaceFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "str", Type: cty.String}, {Name: "substr", Type: cty.String}, {Name: "replace", Type: cty.String},
	},
	Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		pattern := args[1].AsString()
		if n := len(pattern); n > 1 && pattern[0] == '/' && pattern[n-1] == '/' {
			return stdlib.RegexReplace(args[0], cty.StringVal(pattern[1:n-1]), args[2])
		}
		return stdlib.Replace(args[0], args[1], args[2])
	},
})

// lengthFunc counts characters of a string, or elements of anything else.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		switch ty := args[0].Type(); {
		case ty == cty.DynamicPseudoType || !args[0].IsKnown():
			return cty.UnknownVal(cty.Number), nil
		case ty == cty.String:
			return stdlib.Strlen(args[0])
		case ty.IsObjectType():
			return cty.NumberIntVal(int64(len(ty.AttributeTypes()))), nil
		default:
			return stdlib.Length(args[0])
		}
	},
})

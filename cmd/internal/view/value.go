package view

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
)

// Value is a value as the language writes it: on one line if that is short.
// What is sensitive or not known yet is said to be so.
func Value(v cty.Value) string { return valueAt(v, 0) }

func valueAt(v cty.Value, depth int) string {
	if word, ok := wordFor(v); ok {
		return word
	}
	open, items, end := partsOf(v, depth+1)
	if len(items) == 0 {
		return open + end
	}
	blank := ""
	if strings.HasSuffix(open, "{") {
		blank = " "
	}
	if line := open + blank + strings.Join(items, ", ") + blank + end; utf8.RuneCountInString(line)+2*depth <= flatWidth && !strings.Contains(line, "\n") {
		return line
	}
	indent := strings.Repeat("  ", depth+1)
	comma := ","
	if blank != "" {
		comma = ""
	}
	return open + "\n" + indent + strings.Join(items, comma+"\n"+indent) + comma + "\n" + strings.Repeat("  ", depth) + end
}

// wordFor is a value that is no list and no object.
func wordFor(v cty.Value) (string, bool) {
	if v.IsMarked() {
		return "(sensitive)", true
	}
	if t, ok := config.AsTarget(v); ok {
		return t.String(), true
	}
	switch ty := v.Type(); {
	case !v.IsKnown():
		return "(known in a run)", true
	case v.IsNull():
		return "null", true
	case ty.IsCapsuleType():
		return "(" + ty.FriendlyName() + ")", true
	case ty == cty.String:
		return quoted(v.AsString()), true
	case ty.IsPrimitiveType():
		return string(hclwrite.TokensForValue(v).Bytes()), true
	}
	return "", false
}

// quoted is a text as the language writes it, safe for a terminal.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case (r == '$' || r == '%') && strings.HasPrefix(s[i+1:], "{"):
			b.WriteRune(r)
			b.WriteRune(r)
		case r == '"' || r == '\\' || r == '\n' || r == '\t' || r == '\r':
			q := strconv.Quote(string(r))
			b.WriteString(q[1 : len(q)-1])
		case !strconv.IsPrint(r) && r < 0x10000:
			b.WriteString(`\u` + strings.ToUpper(strconv.FormatInt(int64(r)|0x10000, 16)[1:]))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// partsOf takes a list, a set or an object apart.
func partsOf(v cty.Value, depth int) (open string, items []string, end string) {
	ty := v.Type()
	object := ty.IsObjectType() || ty.IsMapType()
	for it := v.ElementIterator(); it.Next(); {
		k, x := it.Element()
		text := valueAt(x, depth)
		if object {
			text = objectKey(k.AsString()) + " = " + text
		}
		items = append(items, text)
	}
	switch {
	case object:
		return "{", items, "}"
	case ty.IsSetType():
		return "toset([", items, "])"
	}
	return "[", items, "]"
}

func objectKey(s string) string {
	if hclsyntax.ValidIdentifier(s) {
		return s
	}
	return quoted(s)
}

// ValueJSON is a value for encoding/json; references are their addresses.
func ValueJSON(v cty.Value) any {
	if t, ok := config.AsTarget(v); ok {
		return t.String()
	}
	switch ty := v.Type(); {
	case v.IsNull():
		return nil
	case v.IsMarked(), !v.IsKnown(), ty.IsCapsuleType():
		return valueAt(v, 0)
	case ty == cty.String:
		return v.AsString()
	case ty == cty.Bool:
		return v.True()
	case ty == cty.Number:
		return json.Number(v.AsBigFloat().Text('g', -1))
	case ty.IsObjectType() || ty.IsMapType():
		out := map[string]any{}
		for k, x := range v.AsValueMap() {
			out[k] = ValueJSON(x)
		}
		return out
	}
	out := []any{}
	for _, x := range v.AsValueSlice() {
		out = append(out, ValueJSON(x))
	}
	return out
}

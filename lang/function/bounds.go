package function

import (
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// bounds are those of the functions whose results can be larger than their
// arguments.
func bounds() map[string]bound {
	return map[string]bound{
		"format": formatBound, "formatlist": formatBound, "formatdate": times(4),
		"indent": indentBound, "join": joinBound, "replace": replaceBound, "split": splitBound, "regexall": matchBound, "regex": times(4),
		"title": times(2), "upper": times(2), "lower": times(2),
		"concat": times(1), "flatten": times(1), "merge": times(1), "setunion": times(1), "setsymmetricdifference": times(1), "zipmap": times(1),
		"setintersection": times(1), "setsubtract": times(1),
		"transpose": times(2), "chunklist": times(2), "setproduct": productBound,
		"jsonencode": times(6), "yamlencode": yamlBound, "base64encode": times(2), "urlencode": times(3),
		"jsondecode": decodeBound, "yamldecode": yamlDecodeBound, "csvdecode": decodeBound,
		"parseint": func(args []cty.Value) int64 { return tooLong(args, 4096) }, "tonumber": func(args []cty.Value) int64 { return tooLong(args, 4096) },
		"cidrsubnets": times(4),
	}
}

func times(n int64) bound { return func(args []cty.Value) int64 { return n * size(args...) } }

// tooLong is more than is allowed if a text is longer than some bytes.
func tooLong(args []cty.Value, most int) int64 {
	if len(textOf(args, 0)) > most {
		return MaxResult + 1
	}
	return 0
}

// textOf is an argument that is a known string, or "".
func textOf(args []cty.Value, i int) string {
	if i >= len(args) {
		return ""
	}
	if v := args[i]; v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
		return v.AsString()
	}
	return ""
}

func lengthOf(v cty.Value) int64 {
	if ty := v.Type(); v.IsKnown() && !v.IsNull() && (ty.IsTupleType() || ty.IsListType() || ty.IsSetType()) {
		return int64(v.LengthInt())
	}
	return 0
}

// formatBound: each verb can print every value, or a width of blanks.
func formatBound(args []cty.Value) int64 {
	text := textOf(args, 0)
	verbs, widths := int64(strings.Count(text, "%")), int64(0)
	for i := 0; i < len(text); i++ {
		n := int64(0)
		for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
			n = min(n*10+int64(text[i]-'0'), MaxResult+1)
		}
		widths += n
	}
	if len(args) == 0 {
		return 0
	}
	longest, once, each := int64(1), int64(0), int64(0)
	for _, a := range args[1:] {
		if n := lengthOf(a); n > 0 {
			longest, each = max(longest, n), each+size(a)
		} else {
			once += size(a)
		}
	}
	perLine := int64(len(text)) + widths + 6*verbs*once
	return cut(longest, perLine) + 6*verbs*each
}

// cut multiplies without overflow: MaxResult is large enough.
func cut(a, b int64) int64 {
	if a > 0 && b > MaxResult/a {
		return MaxResult + 1
	}
	return a * b
}

func indentBound(args []cty.Value) int64 {
	if len(args) < 2 || !args[0].IsKnown() || args[0].IsNull() || args[0].Type() != cty.Number {
		return 0
	}
	blanks, _ := args[0].AsBigFloat().Int64()
	text := textOf(args, 1)
	return int64(len(text)) + cut(int64(strings.Count(text, "\n")), min(max(blanks, 0), MaxResult+1))
}

func joinBound(args []cty.Value) int64 {
	n, all := int64(0), int64(0)
	for _, a := range args[min(1, len(args)):] {
		n, all = n+lengthOf(a), all+size(a)
	}
	return all + cut(n, int64(len(textOf(args, 0))))
}

const maxMatches = MaxResult / perElement

func splitBound(args []cty.Value) int64 {
	return perElement * int64(strings.Count(textOf(args, 1), textOf(args, 0))+1)
}

func matchBound(args []cty.Value) int64 {
	return cut(matches(textOf(args, 0), textOf(args, 1)), 2*perElement) + int64(len(textOf(args, 1)))
}

func replaceBound(args []cty.Value) int64 {
	text, part, with := textOf(args, 0), textOf(args, 1), textOf(args, 2)
	n := int64(strings.Count(text, part))
	if pattern, ok := slashed(part); ok {
		n = matches(pattern, text)
	}
	groups := int64(strings.Count(with, "$"))
	return int64(len(text)) + cut(n, int64(len(with))) + cut(groups, int64(len(text)))
}

// matches counts the matches; more than there may be are as good as endless.
func matches(pattern, text string) int64 {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return 0
	}
	n := int64(len(re.FindAllStringIndex(text, maxMatches+1)))
	if n > maxMatches {
		return MaxResult + 1
	}
	return n
}

func productBound(args []cty.Value) int64 {
	n := int64(1)
	for _, a := range args {
		n = cut(n, lengthOf(a))
	}
	return cut(n, perElement*int64(len(args)+1))
}

// yamlBound: each line is indented by its depth, too.
func yamlBound(args []cty.Value) int64 {
	if len(args) == 0 {
		return 0
	}
	n := size(args[0])
	return 8*n + cut(n/perElement, 2*depth(args[0], MaxResult/perElement))
}

func depth(v cty.Value, left int64) int64 {
	if !v.CanIterateElements() || left <= 0 {
		return 0
	}
	deepest := int64(0)
	for it := v.ElementIterator(); it.Next() && left > 0; left-- {
		_, x := it.Element()
		deepest = max(deepest, depth(x, left/2))
	}
	return deepest + 1
}

// decodeBound counts what can begin an element.
func decodeBound(args []cty.Value) int64 {
	text, n := textOf(args, 0), int64(0)
	for i := range len(text) {
		switch text[i] {
		case ',', '[', '{', ':', '\n', '-':
			n++
		}
	}
	return int64(len(text)) + perElement*n
}

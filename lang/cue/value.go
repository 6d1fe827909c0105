package cue

import (
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// data is a value as an expression: what has structure keeps it, strings are
// templates. nil is a value that is none, which is reported.
func (r *reader) data(v cue.Value) config.Expr {
	switch v.Kind() {
	case cue.StringKind:
		return r.template(v)
	case cue.ListKind:
		return r.list(v, r.data)
	case cue.StructKind:
		return r.object(v)
	}
	return r.scalar(v)
}

func (r *reader) scalar(v cue.Value) config.Expr {
	switch v.Kind() {
	case cue.NullKind:
		return r.literal(v, cty.NullVal(cty.DynamicPseudoType))
	case cue.BoolKind:
		b, _ := v.Bool()
		return r.literal(v, cty.BoolVal(b))
	case cue.IntKind, cue.FloatKind, cue.NumberKind:
		text, err := v.AppendFloat(nil, 'f', -1)
		if v.Kind() == cue.IntKind {
			text, err = v.AppendInt(nil, 10)
		}
		if n, perr := cty.ParseNumberVal(string(text)); err == nil && perr == nil {
			return r.literal(v, n)
		}
		r.problems.Errorf(diag.OutOfRange, r.texts.value(v), "Number out of range", "This number is too large or has too many digits.")
		return nil
	case cue.BytesKind:
		r.problems.Errorf(diag.WrongType, r.texts.value(v), "Wrong type", "Bytes have no place in a pipeline; write a string.")
		return nil
	}
	return r.broken(v)
}

// broken reports a value that is none. Errors are CUE's own to explain; they
// are collected once, from the whole.
func (r *reader) broken(v cue.Value) config.Expr {
	r.hole = true
	if v.Err() != nil {
		r.failed = true
		return nil
	}
	if r.patched && v.IncompleteKind() == cue.TopKind {
		return nil // what does not exist is reported
	}
	r.problems.Append(diag.Diagnostic{Code: diag.NotConcrete, Range: r.texts.value(v), Summary: "No concrete value",
		Detail: "Here must be a value, but nothing gives one: this is still " + shown(v) + "."})
	return nil
}

const longest = 60 // bytes of a value that are shown

func shown(v cue.Value) string {
	if text := oneLine(v); text != "" && len(text) <= longest {
		return text
	}
	return v.IncompleteKind().String()
}

func (r *reader) literal(v cue.Value, val cty.Value) config.Expr {
	return expr.Placed(&hclsyntax.LiteralValueExpr{Val: val}, func(diag.Range) diag.Range { return r.texts.value(v) })
}

// template is a string as the expression that it holds.
func (r *reader) template(v cue.Value) config.Expr {
	s, err := v.String()
	if err != nil {
		return r.broken(v)
	}
	if !strings.Contains(s, "${") && !strings.Contains(s, "%{") {
		return r.literal(v, cty.StringVal(s))
	}
	place := r.inside(v, s, 0)
	if l := expr.Guard("", []byte(s)); len(l) > 0 {
		r.placedProblems(l, place)
		return nil
	}
	node, diags := hclsyntax.ParseTemplate([]byte(s), "", hcl.InitialPos)
	if diags.HasErrors() {
		r.placedProblems(expr.Problems(diags, diag.Syntax), place)
		return nil
	}
	return expr.Placed(unwrap(node), place)
}

// unwrap takes a template that is one expression for that expression.
func unwrap(node hclsyntax.Expression) hclsyntax.Expression {
	if w, ok := node.(*hclsyntax.TemplateWrapExpr); ok {
		return w.Wrapped
	}
	return node
}

func (r *reader) placedProblems(l diag.List, place func(diag.Range) diag.Range) {
	for _, d := range l {
		d.Range = place(d.Range)
		r.problems.Append(d)
	}
}

// inside finds places in the text of a string where they are in the file, as
// far as the string is written out there without escapes; else all of them are
// the whole string. Of the text, the first bytes given by added are not in the
// file.
func (r *reader) inside(v cue.Value, s string, added int) func(diag.Range) diag.Range {
	return func(in diag.Range) diag.Range {
		whole := r.texts.value(v)
		lit := literalOf(v)
		if lit == nil {
			return whole
		}
		plain := strings.TrimSuffix(strings.TrimPrefix(lit.Value, `"`), `"`)
		if len(plain) == len(lit.Value)-2 && plain == s[added:] {
			from := lit.Pos().Offset() + 1
			return r.texts.between(lit.Pos().Filename(), from+max(0, in.Start.Byte-added), from+max(0, in.End.Byte-added))
		}
		if lines := linesOf(lit.Value); lines != nil {
			return r.inLines(lit, lines, s, in, whole)
		}
		return whole
	}
}

func literalOf(v cue.Value) *ast.BasicLit {
	n := v.Source()
	if f, ok := n.(*ast.Field); ok {
		n = f.Value
	}
	lit, _ := n.(*ast.BasicLit)
	if lit == nil || !lit.Pos().IsValid() {
		return nil
	}
	return lit
}

// linesOf are the offsets at which the lines of a multi-line string begin,
// behind their indentation; nil where they are not simply that.
func linesOf(lit string) []int {
	if !strings.HasPrefix(lit, `"""`) || strings.Contains(lit, `\`) {
		return nil
	}
	last := strings.LastIndexByte(lit, '\n')
	indent := len(lit) - len(`"""`) - last - 1
	var starts []int
	for i := strings.IndexByte(lit, '\n') + 1; i > 0 && i <= last; {
		starts = append(starts, i+indent)
		n := strings.IndexByte(lit[i:], '\n')
		if n == 0 {
			starts[len(starts)-1] = i
		}
		i += n + 1
	}
	return starts
}

func (r *reader) inLines(lit *ast.BasicLit, lines []int, s string, in, whole diag.Range) diag.Range {
	find := func(at int) int {
		at = min(at, len(s))
		line := strings.Count(s[:at], "\n")
		if line >= len(lines) {
			return -1
		}
		return lit.Pos().Offset() + lines[line] + at - (strings.LastIndexByte(s[:at], '\n') + 1)
	}
	from, to := find(in.Start.Byte), find(in.End.Byte)
	if from < 0 || to < from {
		return whole
	}
	return r.texts.between(lit.Pos().Filename(), from, to)
}

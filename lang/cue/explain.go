package cue

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/token"

	"github.com/weirci/weir/lang/diag"
)

// syntaxProblems are the errors of a parser.
func (e *evaluation) syntaxProblems(err error) diag.List {
	var l diag.List
	for _, x := range errors.Errors(err) {
		d := diag.Diagnostic{Code: diag.Syntax, Range: e.texts.at(x.Position()), Summary: "Syntax error", Detail: sentence(message(x)) + "."}
		if e.behindTry(d.Range) {
			d.Fix = &diag.Fix{Help: `try is a word of CUE's own: write "try" in quotes`}
		}
		l.Append(d)
	}
	return l
}

// behindTry says whether a mistake is to use the keyword as a name.
func (e *evaluation) behindTry(at diag.Range) bool {
	text, ok := e.texts[at.File]
	return ok && bytes.HasSuffix(bytes.TrimSpace(text.bytes[:at.Start.Byte]), []byte("try"))
}

// explain turns CUE's errors into problems, one for each mistake: what CUE
// says about each alternative of a disjunction is one.
func (e *evaluation) explain(err error) diag.List {
	var l diag.List
	all := errors.Errors(err)
	for i := 0; i < len(all); i++ {
		if n := alternatives(all, i); n > 0 {
			l.Append(e.disjunction(all[i : i+1+n]))
			i += n
			continue
		}
		l.Append(e.one(all[i]))
	}
	return l
}

// alternatives counts the errors behind one that only counts them.
func alternatives(all []errors.Error, i int) int {
	format, args := all[i].Msg()
	if !strings.Contains(format, "errors in empty disjunction") || len(args) == 0 {
		return 0
	}
	n := 0
	for i+1+n < len(all) && slices.Equal(all[i+1+n].Path(), all[i].Path()) {
		n++
	}
	return n
}

func (e *evaluation) one(x errors.Error) diag.Diagnostic {
	text := message(x)
	d := diag.Diagnostic{Code: diag.BadExpression, Summary: "Value cannot be evaluated", Detail: sentence(text) + "."}
	for _, c := range classes {
		if strings.Contains(text, c.says) {
			d.Code, d.Summary = c.code, c.summary
			break
		}
	}
	e.place(&d, x)
	if d.Code == diag.UnknownName {
		d.Fix = e.nearestName(text, d.Range)
	}
	return d
}

// classes are the kinds of CUE's errors by what they say; the first counts.
var classes = []struct {
	says, summary string
	code          diag.Code
}{
	{"conflicting values", "Values conflict", diag.ValuesConflict},
	{"invalid value", "Values conflict", diag.ValuesConflict},
	{"structural cycle", "Definition contains itself", diag.Cycle},
	{"cycle", "Values defined by one another", diag.Cycle},
	{"cannot find package", "Unknown package", diag.UnknownPackage},
	{"import cycle", "Packages import one another", diag.UnknownPackage},
	{"imported and not used", "Unused import", diag.UnknownPackage},
	{"reference ", "Unknown name", diag.UnknownName},
	{"undefined field", "Unknown name", diag.UnknownName},
	{"field not allowed", "Unknown field", diag.UnknownField},
}

// place gives a problem its range and, as related ones, all other places that
// have to do with it.
func (e *evaluation) place(d *diag.Diagnostic, x errors.Error) {
	var at []diag.Range
	for _, p := range append([]token.Pos{x.Position()}, x.InputPositions()...) {
		if r := e.texts.at(p); !r.IsZero() && !slices.Contains(at, r) && !e.ofSchema(r) {
			at = append(at, r)
		}
	}
	if path := strings.Join(x.Path(), "."); path != "" {
		d.Detail += "\nIt is about " + path + "."
	}
	if len(at) == 0 {
		d.Range = diag.Range{File: e.dir}
		return
	}
	d.Range = at[0]
	for _, r := range at[1:] {
		d.Related = append(d.Related, diag.Related{Message: "and this", Range: r})
	}
}

// ofSchema says whether a place is the schema's name, through which everything
// goes and which never is at fault.
func (e *evaluation) ofSchema(r diag.Range) bool {
	return bytes.HasPrefix(e.texts[r.File].bytes[r.End.Byte:], []byte(".#Pipeline"))
}

// disjunction is one problem of the errors about all alternatives.
func (e *evaluation) disjunction(all []errors.Error) diag.Diagnostic {
	d := diag.Diagnostic{Code: diag.ValuesConflict, Summary: "No alternative fits"}
	count := map[string]int{}
	var order []string
	for _, x := range all[1:] {
		for _, word := range operands(x) {
			if count[word]++; count[word] == 1 {
				order = append(order, word)
			}
		}
	}
	given, choices := split(order, count, len(all)-1)
	if given == "" {
		d.Detail = "None of the alternatives fits: " + message(all[1]) + "."
	} else {
		d.Code = diag.BadChoice
		d.Detail = fmt.Sprintf("%s is none of: %s.", given, strings.Join(choices, ", "))
		if near, ok := diag.Nearest(given, choices); ok {
			d.Fix = &diag.Fix{Help: "did you mean " + near + "?"}
		}
	}
	var l diag.Diagnostic
	for _, x := range all[1:] {
		e.place(&l, x)
		if d.Range.IsZero() {
			d.Range = l.Range
		}
		for _, r := range append([]diag.Related{{Message: "and this", Range: l.Range}}, l.Related...) {
			if r.Range != d.Range && !slices.Contains(d.Related, r) {
				d.Related = append(d.Related, r)
			}
		}
		l = diag.Diagnostic{}
	}
	return d
}

// split tells the value that is in all errors from the alternatives.
func split(words []string, count map[string]int, all int) (given string, choices []string) {
	for _, w := range words {
		if count[w] == all && given == "" {
			given = w
		} else {
			choices = append(choices, w)
		}
	}
	return given, choices
}

// operands are the two values that an error says are in conflict.
func operands(x errors.Error) []string {
	text := message(x)
	_, pair, ok := strings.Cut(text, "conflicting values ")
	if !ok {
		return nil
	}
	pair, _, _ = strings.Cut(pair, " (mismatched")
	a, b, ok := strings.Cut(pair, " and ")
	if !ok {
		return nil
	}
	return []string{a, b}
}

// nearestName helps with a misspelt reference.
func (e *evaluation) nearestName(text string, at diag.Range) *diag.Fix {
	_, name, ok := strings.Cut(text, `"`)
	name, _, closed := strings.Cut(name, `"`)
	if !ok || !closed {
		return nil
	}
	var known []string
	for _, f := range e.files {
		ast.Walk(f.ast, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok {
				if label, _, err := ast.LabelName(field.Label); err == nil {
					known = append(known, label)
				}
			}
			return true
		}, nil)
	}
	if near, ok := diag.Nearest(name, known); ok && near != name {
		return &diag.Fix{Help: fmt.Sprintf("did you mean %q?", near), Range: at, Text: near}
	}
	return nil
}

// message is what an error says, with the error that it wraps.
func message(x errors.Error) string {
	format, args := x.Msg()
	text := fmt.Sprintf(format, args...)
	var in errors.Error
	if errors.As(errors.Unwrap(x), &in) {
		text = strings.TrimPrefix(text+": "+message(in), ": ")
	}
	return text
}

func sentence(s string) string {
	s = strings.TrimRight(strings.TrimSpace(s), ".:")
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// oneLine is a value as CUE writes it, or "".
func oneLine(v cue.Value) string {
	b, err := format.Node(v.Syntax(cue.Raw()))
	if err != nil || strings.ContainsRune(string(b), '\n') {
		return ""
	}
	return string(b)
}

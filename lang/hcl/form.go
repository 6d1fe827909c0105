package hcl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// field is an argument of a block: its name and where it goes.
type field[T any] struct {
	name string
	at   func(*T) *config.Expr
}

// fields are the arguments that a block takes.
type fields[T any] []field[T]

func (f fields[T]) slot(to *T, name string) *config.Expr {
	for i := range f {
		if f[i].name == name {
			return f[i].at(to)
		}
	}
	return nil
}

func (f fields[T]) names() []string {
	names := make([]string, len(f))
	for i := range f {
		names[i] = f[i].name
	}
	return names
}

// form says what may stand in a block, for messages.
type form struct {
	what   string // "a job", "a get step"
	fields []string
	blocks []string
	later  []string // in the language, but not in this version
}

// reader reads one file.
type reader struct {
	config config.Config
	list   diag.List
	syntax bool // there are syntax errors
}

// arguments puts the arguments of a body into their slots.
func (r *reader) arguments(body *hclsyntax.Body, f *form, slot func(name string) *config.Expr) {
	for name, a := range body.Attributes {
		to := slot(name)
		if to == nil {
			r.unknownArgument(a, f)
			continue
		}
		if absent(a) {
			continue
		}
		*to = expr.Of(a.Expr)
	}
}

// noBlocks reports every block of a body that may have none.
func (r *reader) noBlocks(body *hclsyntax.Body, f *form) {
	for _, b := range body.Blocks {
		r.unknownBlock(b, f)
	}
}

// plain reads a block that has nothing but arguments.
func plain[T any](r *reader, b *hclsyntax.Block, f *form, known fields[T], to *T) {
	r.labels(b, f, 0, 0)
	r.arguments(b.Body, f, func(name string) *config.Expr { return known.slot(to, name) })
	r.noBlocks(b.Body, f)
}

func (r *reader) unknownArgument(a *hclsyntax.Attribute, f *form) {
	at := expr.RangeOf(a.NameRange)
	if slices.Contains(f.later, a.Name) {
		r.later(at, a.Name, f)
		return
	}
	d := diag.Diagnostic{Code: diag.UnknownField, Range: at, Summary: "Unknown argument",
		Detail: fmt.Sprintf("%s takes no argument %q.%s", f.what, a.Name, choices(" It takes", f.fields))}
	if slices.Contains(f.blocks, a.Name) {
		d.Detail = fmt.Sprintf("In %s, %s is a block and not an argument.", lowerFirst(f.what), a.Name)
		d.Fix = &diag.Fix{Help: fmt.Sprintf("write %s { … } without the equals sign", a.Name)}
	} else {
		d.Fix = suggestion(a.Name, f.fields, at)
		if f == fileForm {
			d.Detail = "Values stand in blocks."
			d.Fix = &diag.Fix{Help: "write locals { " + a.Name + " = … } and use it as local." + a.Name}
		}
	}
	r.list.Append(d)
}

func (r *reader) unknownBlock(b *hclsyntax.Block, f *form) {
	at := expr.RangeOf(b.TypeRange)
	if slices.Contains(f.later, b.Type) {
		r.later(at, b.Type, f)
		return
	}
	d := diag.Diagnostic{Code: diag.UnknownBlock, Range: at, Summary: "Unknown block",
		Detail: fmt.Sprintf("%s holds no block %q.%s", f.what, b.Type, choices(" It may hold", f.blocks))}
	if slices.Contains(f.fields, b.Type) {
		d.Detail = fmt.Sprintf("In %s, %s is an argument and not a block.", lowerFirst(f.what), b.Type)
		d.Fix = &diag.Fix{Help: fmt.Sprintf("write %s = …", b.Type)}
	} else {
		d.Fix = suggestion(b.Type, f.blocks, at)
	}
	r.list.Append(d)
}

// later reports what the language has and this version has not: never silence.
func (r *reader) later(at diag.Range, name string, f *form) {
	r.list.Errorf(diag.NotSupported, at, "Not supported yet",
		"%s with %q is part of the language, but not supported yet in this version of Weir. It is not ignored: take it out to go on.", f.what, name)
}

// labels checks the number of labels and gives them as names; ok is false
// where too few are there for the block to make sense.
func (r *reader) labels(b *hclsyntax.Block, f *form, least, most int) ([]config.Name, bool) {
	names := make([]config.Name, len(b.Labels))
	for i := range b.Labels {
		names[i] = config.Name{Text: b.Labels[i], Range: expr.RangeOf(b.LabelRanges[i])}
	}
	if n := len(names); n < least || n > most {
		r.list.Errorf(diag.WrongLabels, header(b), "Wrong number of labels", "%s has %s; here it has %d.", f.what, labelCount(least, most), n)
		r.config.Holes = append(r.config.Holes, config.Hole{Kind: b.Type, Range: header(b)})
		return names, n > least
	}
	return names, true
}

func labelCount(least, most int) string {
	switch {
	case most == 0:
		return "no label"
	case least == 0:
		return "at most one label, its name"
	case least == 1:
		return "one label, its name"
	}
	return "two labels, its type and its name"
}

// once reports a block that was there before; to is where the first one went.
func once[T any](r *reader, b *hclsyntax.Block, to **T, first func(*T) diag.Range) bool {
	if *to == nil {
		*to = new(T)
		return true
	}
	r.repeated(b, first(*to))
	return false
}

func (r *reader) repeated(b *hclsyntax.Block, first diag.Range) {
	r.list.Append(diag.Diagnostic{Code: diag.RepeatedBlock, Range: header(b), Summary: "Repeated block",
		Detail:  fmt.Sprintf("There may be only one %s block here.", b.Type),
		Related: []diag.Related{{Message: "the first one", Range: first}}})
}

// header is the range of a block's type and labels.
func header(b *hclsyntax.Block) diag.Range { return expr.RangeOf(b.DefRange()) }

func suggestion(given string, known []string, at diag.Range) *diag.Fix {
	if use, ok := elsewhere[given]; ok {
		return &diag.Fix{Help: use}
	}
	if near, ok := diag.Nearest(given, known); ok {
		return &diag.Fix{Help: fmt.Sprintf("did you mean %q?", near), Range: at, Text: near}
	}
	return nil
}

// elsewhere helps those who come from Concourse or Terraform. Read only.
var elsewhere = map[string]string{
	"serial":              "one build at a time is max_in_flight = 1",
	"in_parallel":         "steps that run at once stand in a parallel block",
	"aggregate":           "steps that run at once stand in a parallel block",
	"attempts":            "write retry { attempts = … }",
	"check_every":         "write check { every = … } in the resource",
	"plan":                "steps stand in the job itself, in order",
	"build_log_retention": "write retention { … }",
	"depends_on":          "order comes from the order of the steps and from passed",
	"locals":              "locals stand beside the jobs, in a block of their own",
	"config":              "the settings of a task stand in the task block itself",
	"params":              "environment variables are env = { … }",
	"command":             "a command is run = [\"program\", \"argument\"]",
	"args":                "a command is run = [\"program\", \"argument\"]",
}

func choices(intro string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return intro + ": " + strings.Join(names, ", ") + "."
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

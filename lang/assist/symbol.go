package assist

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// symbol is a thing with a name. Things of a job are told apart from those of
// another one by the block that they are in.
type symbol struct {
	root string // var, local, resource, resource_type, task, job, module, secret, output, argument, or in a job: step, params, across
	kind string // of a resource its type; of an output or argument of a module that is called, the module
	name string
	job  *Block
}

// String is the symbol as people name it.
func (s symbol) String() string {
	switch {
	case s.root == "step":
		return "the step " + s.name
	case s.root == "resource" && s.kind != "":
		return "resource." + s.kind + "." + s.name
	}
	return s.root + "." + s.name
}

// mention is a place that names a symbol.
type mention struct {
	symbol
	Span
	defines bool
	label   *Block // of which the name is a label; nil: it stands in a value
	text    bool   // a string that is a name: an artifact
}

// definers are the blocks that make a name for expressions: the root it has
// there, and which label it is.
var definers = map[string]struct {
	root  string
	label int
}{
	"variable": {"var", 0}, "resource": {"resource", 1}, "resource_type": {"resource_type", 0}, "task": {"task", 0}, "job": {"job", 0},
	"module": {"module", 0}, "secret_source": {"secret", 1}, "output": {"output", 0},
}

// inJobs are the roots of what belongs to a job.
var inJobs = map[string]string{"version": "step", "load": "step", "step": "step", "artifact": "step", "params": "params", "across": "across"}

// mentions are all names in a file.
func mentions(f *File) []mention {
	var m mentioner
	f.Root.each(func(b *Block) {
		m.block(b)
		for _, a := range b.Attrs {
			m.attr(a)
		}
	})
	return m.all
}

type mentioner struct{ all []mention }

func (m *mentioner) add(s symbol, at Span, defines bool, label *Block) {
	if s.name != "" {
		m.all = append(m.all, mention{symbol: s, Span: at, defines: defines, label: label})
	}
}

// block adds what the labels of a block name.
func (m *mentioner) block(b *Block) {
	switch {
	case b.Parent == nil:
	case b.Parent.Parent == nil:
		if d, ok := definers[b.Type.Text]; ok {
			m.add(symbol{root: d.root, name: b.label(d.label).Text, kind: kindOf(b)}, b.label(d.label).Span, true, b)
		}
		if b.Type.Text == "resource" {
			m.add(symbol{root: "resource_type", name: b.label(0).Text}, b.label(0).Span, false, b)
		}
	default:
		m.inner(b)
	}
}

func kindOf(b *Block) string {
	if b.Type.Text == "resource" {
		return b.label(0).Text
	}
	return ""
}

// inner adds what the label of a block inside of a job names.
func (m *mentioner) inner(b *Block) {
	name, job := b.label(0), b.top()
	switch b.Type.Text {
	case "param":
		m.add(symbol{root: "params", name: name.Text, job: job}, name.Span, true, b)
	case "across":
		m.add(symbol{root: "across", name: name.Text, job: job}, name.Span, true, b)
	case "get", "put", "task", "load", "set_pipeline", "approval", "do", "parallel", "try":
		m.add(symbol{root: "step", name: name.Text, job: job}, name.Span, true, b)
		if implicit(b) {
			m.add(symbol{root: "resource", name: name.Text}, name.Span, false, b)
		}
	}
}

// implicit says whether the label of a step names its resource as well.
func implicit(b *Block) bool {
	return (b.Type.Text == "get" || b.Type.Text == "put") && b.attr("resource") == nil
}

// attr adds what an argument defines and names.
func (m *mentioner) attr(a *Attr) {
	if a.In.Type.Text == "locals" && a.In.Parent != nil && a.In.Parent.Parent == nil {
		m.add(symbol{root: "local", name: a.Name.Text}, a.Name.Span, true, nil)
	}
	if calls(a) {
		m.add(symbol{root: "argument", kind: a.In.label(0).Text, name: a.Name.Text}, a.Name.Span, false, nil)
	}
	if a.Expr == nil {
		return
	}
	m.artifacts(a)
	for _, t := range variables(a.Expr) {
		m.traversal(t, a.In)
	}
}

// calls says whether an argument is a value for a variable of a module.
func calls(a *Attr) bool {
	if a.In.Type.Text != "module" || a.In.Parent == nil || a.In.Parent.Parent != nil {
		return false
	}
	switch a.Name.Text {
	case "source", "version", "for_each", "count":
		return false
	}
	return true
}

// variables are the names in an expression, without those that it binds itself.
func variables(e hclsyntax.Expression) (t []hcl.Traversal) {
	defer func() {
		if recover() != nil { // the tree of a broken expression has holes
			t = nil
		}
	}()
	return hclsyntax.Variables(e)
}

func (m *mentioner) traversal(t hcl.Traversal, in *Block) {
	names := words(t)
	if len(names) < 2 || bound(names[0].Text, in) {
		return
	}
	root := names[0].Text
	if scope, ok := inJobs[root]; ok {
		m.add(symbol{root: scope, name: names[1].Text, job: in.top()}, names[1].Span, false, nil)
		return
	}
	switch root {
	case "module":
		m.add(symbol{root: root, name: names[1].Text}, names[1].Span, false, nil)
		m.output(t, names[1].Text)
	case "var", "local", "job", "task", "resource_type", "secret":
		m.add(symbol{root: root, name: names[1].Text}, names[1].Span, false, nil)
	case "jobs":
		m.add(symbol{root: "job", name: names[1].Text}, names[1].Span, false, nil)
	case "secret_source":
		last := names[min(2, len(names)-1)]
		m.add(symbol{root: "secret", name: last.Text}, last.Span, false, nil)
	case "resource":
		m.add(symbol{root: "resource_type", name: names[1].Text}, names[1].Span, false, nil)
		if len(names) > 2 {
			m.add(symbol{root: "resource", kind: names[1].Text, name: names[2].Text}, names[2].Span, false, nil)
		}
	}
}

// output adds the output in module.NAME.OUTPUT, or module.NAME["x"].OUTPUT.
func (m *mentioner) output(t hcl.Traversal, module string) {
	for _, step := range t[2:] {
		if s, ok := step.(hcl.TraverseAttr); ok {
			end := s.SrcRange.End.Byte
			m.add(symbol{root: "output", kind: module, name: s.Name}, Span{end - len(s.Name), end}, false, nil)
			return
		}
	}
}

// bound says whether a dynamic block gives another meaning to a root.
func bound(root string, b *Block) bool {
	for ; b != nil; b = b.Parent {
		if b.Type.Text != "dynamic" {
			continue
		}
		name := b.label(0).Text
		if it := b.attr("iterator"); it != nil && it.Expr != nil {
			name = hcl.ExprAsKeyword(it.Expr)
		}
		if name == root {
			return true
		}
	}
	return false
}

// words are the plain names that a traversal begins with.
func words(t hcl.Traversal) []Word {
	var all []Word
	for _, step := range t {
		switch s := step.(type) {
		case hcl.TraverseRoot:
			all = append(all, Word{s.Name, spanOf(s.SrcRange)})
		case hcl.TraverseAttr: // its range has the dot
			all = append(all, Word{s.Name, Span{s.SrcRange.End.Byte - len(s.Name), s.SrcRange.End.Byte}})
		case hcl.TraverseIndex: // its range has the brackets and the quotes
			if !s.Key.IsKnown() || s.Key.IsNull() || s.Key.Type() != cty.String {
				return all
			}
			name, at := s.Key.AsString(), spanOf(s.SrcRange)
			if at.End-at.Start != len(name)+4 || strings.ContainsAny(name, `"\`) {
				return all
			}
			all = append(all, Word{name, Span{at.Start + 2, at.End - 2}})
		default:
			return all
		}
	}
	return all
}

// artifacts adds the strings that name artifacts: what a task takes and makes.
func (m *mentioner) artifacts(a *Attr) {
	switch name := a.Name.Text; {
	case a.In.Parent == nil || a.In.Parent.Parent == nil: // a shared task is of no job
	case name == "inputs" && (a.In.Type.Text == "task" || a.In.Type.Text == "put"):
		m.strings(a, false)
	case name == "outputs" && a.In.Type.Text == "task":
		m.strings(a, true)
	}
}

func (m *mentioner) strings(a *Attr, defines bool) {
	list, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		return
	}
	for _, x := range list.Exprs {
		t, ok := x.(*hclsyntax.TemplateExpr)
		if !ok || !t.IsStringLiteral() {
			continue
		}
		name, at := literal(t), spanOf(t.SrcRange)
		if at.End-at.Start == len(name)+2 && name != "" {
			m.all = append(m.all, mention{symbol: symbol{root: "step", name: name, job: a.In.top()},
				Span: Span{at.Start + 1, at.End - 1}, defines: defines, text: true})
		}
	}
}

// literal is the text of a string without interpolation, or nothing.
func literal(e hclsyntax.Expression) string {
	t, ok := e.(*hclsyntax.TemplateExpr)
	if !ok || !t.IsStringLiteral() {
		return ""
	}
	l, ok := t.Parts[0].(*hclsyntax.LiteralValueExpr)
	if !ok || l.Val.Type() != cty.String || !l.Val.IsKnown() || l.Val.IsNull() {
		return ""
	}
	return l.Val.AsString()
}

package deferred_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/lang/expr"
)

// What a run knows, and what the expression closes over.
var (
	closed = graph.Map{
		"var":   graph.Map{"branch": graph.String("main"), "n": graph.Number("3"), "on": graph.Bool(true), "odd": graph.String("a \"b\" ${c} %{d}\n\t\\")},
		"local": graph.Map{"list": graph.List{graph.String("a"), graph.String("b")}, "map": graph.Map{"x": graph.Number("1"), "odd key": graph.Number("2")}},
	}
	roots = map[string]graph.Value{
		"version": graph.Map{"app": graph.Map{"ref": graph.String("abc123"), "n": graph.String("7")}},
		"build":   graph.Map{"number": graph.Number("12"), "name": graph.String("12"), "id": graph.String("b-1")},
		"load":    graph.Map{"s": graph.Map{"items": graph.List{graph.Map{"id": graph.Number("1")}, graph.Map{"id": graph.Number("2")}}, "ok": graph.Bool(false)}},
	}
)

// Texts, numbers, bools, lists and objects: expressions that mostly have a
// value, of every form that the language has.
type forms struct{ t *rapid.T }

func (f forms) pick(all ...func() string) string {
	return all[rapid.IntRange(0, len(all)-1).Draw(f.t, "form")]()
}

func (f forms) word(all ...string) string { return rapid.SampledFrom(all).Draw(f.t, "word") }

// blank is any spacing, with comments.
func (f forms) blank() string { return f.word("", " ", "  ", "\t", " /* c */ ") }

func (f forms) text(d int) string {
	if d == 0 {
		return f.word(`"plain"`, `"$${x} %%{y}"`, `"a\"b\\n\n\t"`, `"5$"`, "version.app.ref", `version.app["ref"]`, "build.name", "var.branch", "var.odd", "local.list[0]", `"ü${build.id}"`)
	}
	b := f.blank
	return f.pick(
		func() string { return f.text(0) },
		func() string { return `"x` + f.word("", "%", "a$b") + `${` + b() + f.text(d-1) + b() + `}y"` },
		func() string { return `"${` + f.number(d-1) + `}-${` + f.text(d-1) + `}"` },
		func() string {
			return f.word("upper", "lower", "strrev", "trimspace", "base64encode", "sha256") + "(" + b() + f.text(d-1) + ")"
		},
		func() string { return f.bool(d-1) + " ? " + f.text(d-1) + b() + ":" + b() + f.text(d-1) },
		func() string { return `join("-",` + b() + `[for x in ` + f.list(d-1) + ` : "<${x}>"])` },
		func() string { return `"%{ if ` + f.bool(d-1) + ` }${` + f.text(d-1) + `}%{ else }no%{ endif }"` },
		func() string {
			return `"%{ if ` + f.bool(d-1) + ` }${` + f.number(d-1) + `}%{ else }${` + f.number(d-1) + `}%{ endif }"`
		},
		func() string { return `"%{ if ` + f.bool(d-1) + ` }${` + f.number(d-1) + `}%{ endif }"` },
		func() string { return `"%{ for x in ` + f.list(d-1) + ` }${x},%{ endfor }"` },
		func() string { return "(" + b() + f.text(d-1) + ")" },
		func() string { return `try(version.app.nope, ` + f.text(d-1) + `)` },
		func() string { return f.object(d-1) + `.k` },
		func() string { return f.object(d-1) + `["k"]` },
		func() string { return `format("%s:%v", ` + f.text(d-1) + `, ` + f.number(d-1) + `)` },
		func() string { return `jsonencode(` + f.object(d-1) + `)` },
	)
}

func (f forms) number(d int) string {
	if d == 0 {
		return f.word("1", "2.5", "-3", "build.number", "var.n", "local.map.x", `local.map["odd key"]`, "1e3", "0.1")
	}
	b := f.blank
	return f.pick(
		func() string { return f.number(0) },
		func() string { return f.number(d-1) + " " + f.word("+", "-", "*") + b() + f.number(d-1) },
		func() string { return "(" + f.number(d-1) + ")" + b() + f.word("/", "%") + b() + "4" },
		func() string { return "-(" + f.number(d-1) + ")" },
		func() string { return "- " + f.number(d-1) },
		func() string { return f.bool(d-1) + " ? " + f.number(d-1) + " : " + f.number(d-1) },
		func() string { return "length(" + f.list(d-1) + ")" },
		func() string { return "max(" + f.number(d-1) + ", " + f.number(d-1) + ")" },
		func() string { return "sum([for i in [1, 2] : i * " + f.number(d-1) + "])" },
		func() string { return "load.s.items[*].id[1]" },
		func() string { return "load.s.items[" + f.word("0", "build.number - 11", "1") + "].id" },
		func() string { return "max([1, " + f.number(d-1) + "]...)" },
	)
}

func (f forms) bool(d int) string {
	if d == 0 {
		return f.word("true", "false", "var.on", "load.s.ok")
	}
	b := f.blank
	return f.pick(
		func() string { return f.bool(0) },
		func() string { return "!" + b() + f.bool(d-1) },
		func() string { return f.bool(d-1) + b() + f.word("&&", "||") + b() + f.bool(d-1) },
		func() string {
			return f.number(d-1) + b() + f.word("<", "<=", ">", ">=", "==", "!=") + b() + f.number(d-1)
		},
		func() string { return f.text(d-1) + f.word("==", "!=") + f.text(d-1) },
		func() string { return "contains(" + f.list(d-1) + ", " + f.text(d-1) + ")" },
		func() string { return "can(version." + f.word("app.ref", "nope.x") + ")" },
	)
}

func (f forms) list(d int) string {
	if d == 0 {
		return f.word("local.list", "[]", `["x"]`, `split("", version.app.ref)`)
	}
	b := f.blank
	return f.pick(
		func() string { return f.list(0) },
		func() string { return "[" + b() + f.text(d-1) + b() + "," + b() + f.text(d-1) + f.word("", ",") + "]" },
		func() string { return "[for i, x in " + f.list(d-1) + " : \"${i}${x}\" if i < 2]" },
		func() string { return "concat(" + f.list(d-1) + ", " + f.list(d-1) + ")" },
		func() string { return "[for k, v in " + f.object(d-1) + " : k]" },
		func() string { return "[" + f.object(d-1) + ", " + f.object(d-1) + "][*].k" },
		func() string { return "[" + f.object(d-1) + "].*.k" },
	)
}

func (f forms) object(d int) string {
	if d <= 0 {
		return f.word(`{ k = "v" }`, `{k="v","odd key"=2}`, `{ "k" : build.id }`)
	}
	b := f.blank
	return f.pick(
		func() string { return f.object(0) },
		func() string { return "{" + b() + "k" + b() + "=" + b() + f.text(d-1) + ", n = " + f.number(d-1) + "}" },
		func() string { return `{ "k" = ` + f.text(d-1) + `, (build.id) = ` + f.list(d-1) + ` }` },
		func() string { return `{ for x in ["k", "l"] : x => ` + f.text(d-1) + ` }` },
		func() string { return `{ for x in ["k", "k"] : x => ` + f.text(d-1) + `... }` },
		func() string { return `merge({ k = 1 }, ` + f.object(d-1) + `)` },
	)
}

func (f forms) any(d int) string {
	return f.pick(func() string { return f.text(d) }, func() string { return f.number(d) }, func() string { return f.bool(d) }, func() string { return f.list(d) }, func() string { return f.object(d) })
}

// direct evaluates an expression as the compiler would, with everything known.
func direct(t *rapid.T, src string) (config.Expr, graph.Value, bool) {
	node, diags := hclsyntax.ParseExpression([]byte(src), "direct", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	e, scope := expr.Of(node), config.Scope{}
	for _, known := range []map[string]graph.Value{closed, roots} {
		for name, v := range known {
			c, err := deferred.ToCty(v)
			if err != nil {
				t.Fatal(err)
			}
			scope[name] = c
		}
	}
	v, list := e.Eval(scope)
	if list.HasErrors() || v == cty.NilVal {
		return e, nil, false
	}
	g, err := deferred.FromCty(v)
	return e, g, err == nil
}

// A deferred expression, stored as text and evaluated with everything known,
// gives what evaluating it where it was written gives: the same value, or none.
func TestAsDirect(t *testing.T) {
	values := 0
	rapid.Check(t, func(t *rapid.T) {
		src := forms{t}.any(rapid.IntRange(0, 4).Draw(t, "depth"))
		e, want, ok := direct(t, src)
		stored, list := e.TemplateIn(config.Scope{})
		if len(list) > 0 {
			t.Fatalf("%s: %v", src, list)
		}
		got, err := deferred.Eval(graph.Deferred{Source: stored, Closed: closed}, roots)
		switch {
		case ok != (err == nil):
			t.Fatalf("%s\nstored as\n%s\nhas a value: %v; deferred: %v", src, stored, ok, err)
		case ok && !reflect.DeepEqual(got, want):
			t.Fatalf("%s\nstored as\n%s\nis %#v; deferred %#v", src, stored, want, got)
		case ok:
			values++
		}
	})
	if values < 20 {
		t.Errorf("only %d expressions had a value", values)
	}
}

// The same expression in another spacing is stored as the same bytes, and what
// is stored, read again, too.
func TestOneForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := forms{t}.any(rapid.IntRange(0, 4).Draw(t, "depth"))
		e, _, _ := direct(t, src)
		spaced := respaced(t, src)
		if other, _, _ := direct(t, spaced); other.Template() != e.Template() {
			t.Fatalf("%s\nand\n%s\nare stored as\n%s\nand\n%s", src, spaced, e.Template(), other.Template())
		}
		node, diags := hclsyntax.ParseTemplate([]byte(e.Template()), "stored", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatalf("%s: %v", e.Template(), diags)
		}
		if again := expr.Of(node).Template(); again != e.Template() {
			t.Fatalf("%s\nis stored as\n%s\nand then as\n%s", src, e.Template(), again)
		}
	})
}

// respaced puts blanks and comments between the tokens of code, where texts
// are not touched.
func respaced(t *rapid.T, src string) string {
	tokens, _ := hclsyntax.LexExpression([]byte(src), "s", hcl.InitialPos)
	var b strings.Builder
	end := 0
	for i, k := range tokens {
		b.WriteString(src[end:k.Range.Start.Byte])
		end = k.Range.End.Byte
		if k.Type == hclsyntax.TokenComment {
			b.WriteString(" ")
			continue
		}
		b.Write(k.Bytes)
		switch k.Type {
		case hclsyntax.TokenComma, hclsyntax.TokenPlus, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenEqualOp, hclsyntax.TokenAnd:
			if i+1 < len(tokens) {
				b.WriteString(rapid.SampledFrom([]string{"", "  ", " /* ! */ "}).Draw(t, "blank"))
			}
		}
	}
	return b.String()
}

// Hostile expressions end in an error, soon.
func TestBounded(t *testing.T) {
	r := "range(1000)"
	for name, source := range map[string]string{
		"deep":  "${" + strings.Repeat("(", 1_000_00) + "1" + strings.Repeat(")", 1_000_00) + "}",
		"long":  strings.Repeat("x", 2<<20),
		"loops": fmt.Sprintf("${[for a in %s : [for b in %s : [for c in %s : 1]]]}", r, r, r),
		"large": "${" + strings.Repeat(`replace(`, 12) + `"aaaaaaaaaa"` + strings.Repeat(`, "a", "aaaaaaaaaa")`, 12) + "}",
	} {
		if _, err := deferred.Eval(graph.Deferred{Source: source}, nil); err == nil {
			t.Errorf("%s: no error", name)
		} else if len(err.Error()) > 2_000 {
			t.Errorf("%s: the message has %d bytes", name, len(err.Error()))
		}
	}
}

// No text makes the evaluator crash, and what it gives can be given to it again.
func FuzzEval(f *testing.F) {
	for _, seed := range []string{
		"${build.number}", "a ${version.app.ref} b", `${[for k, v in {a = 1} : "${k}=${v}" if v > 0]}`, `${jsondecode("{\"a\":[1]}").a[0]}`,
		`%{ if build.number > 5 }late%{ else }early%{ endif }`, `${load.s.items[*].id}`, `${upper(try(var.nope, "x"))}`, "$${x}", "${1e999999999}", "${-1 % 0}", `${format("%05d", build.number)}`,
		`${{for x in ["a", "b"] : x => upper(x)...}}`, `${sensitive(build.id)}`, `${cidrsubnet("10.0.0.0/8", 8, 3)}`, "${(step)(1)}", "<<E\nE",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		v, err := deferred.Eval(graph.Deferred{Source: source, Closed: closed}, roots)
		if err != nil {
			return
		}
		again, err := deferred.Eval(graph.Deferred{Source: "${x}", Closed: graph.Map{"x": v}}, nil)
		if err != nil || !reflect.DeepEqual(again, v) {
			t.Fatalf("%q gives %#v, which gives %#v, %v", source, v, again, err)
		}
	})
}

package expr

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/function"
)

// Each expression, printed as a template and read again, has the same value
// and prints the same.
func TestTemplate(t *testing.T) {
	for src, want := range map[string]string{
		`build.number`:                    `${build.number}`,
		`"#${ build.number } /* x */"`:    `#${build.number} /* x */`,
		`build.number /* a comment */+1`:  `${build.number + 1}`,
		`((1 + build.number)) * 2`:        `${(1 + build.number) * 2}`,
		`1 - (2 - build.number)`:          `${1 - (2 - build.number)}`,
		`-(-build.number)`:                `${-(-build.number)}`,
		`"$${x} %%{y} ${build.name}"`:     `$${x} %%{y} ${build.name}`,
		`"$$${build.name}"`:               "",
		`"cost: 5$ ${"$"}${build.name}"`:  "",
		`"100%${build.name}"`:             `100${"%"}${build.name}`,
		`"\"q\" \\ \n\t${upper("a\"b")}"`: "\"q\" \\ \n\t${upper(\"a\\\"b\")}",
		`build.number > 3 ? "a" : "b"`:    `${(build.number > 3) ? "a" : "b"}`,
		`!(build.number == 7) || true`:    `${(!(build.number == 7)) || true}`,
		`{ a = build.number, "b" = 2, (build.name) = 3, "${build.name}x" = 4 }`: "",
		`[for k, v in { a = 1, b = 2 } : "${k}${v}" if v > 1]`:                  `${[for k, v in {"a" = 1, "b" = 2} : "${k}${v}" if v > 1]}`,
		`{ for v in ["a", "b"] : v => upper(v)... }`:                            `${{for v in ["a", "b"] : v => upper(v)...}}`,
		`[{ n = 1 }, { n = 2 }][*].n`:                                           `${[{"n" = 1}, {"n" = 2}][*].n}`,
		`{ (build.name) = 1, "a-${build.name}" = 2 }`:                           `${{(build.name) = 1, "a-${build.name}" = 2}}`,
		`([{ n = [1] }][*].n)[0]`:                                               "",
		`[1, 2, 3][build.number - 6]`:                                           "",
		`version.app["odd key"]`:                                                `${version.app["odd key"]}`,
		`max([1, build.number]...)`:                                             `${max([1, build.number]...)}`,
		`"%{ if build.number > 1 }many%{ else }one%{ endif }!"`:                 `${(build.number > 1) ? "many" : "one"}!`,
		`"%{ for x in ["a", "b"] }<${x}>%{ endfor }!"`:                          `${join("", [for x in ["a", "b"] : "<${x}>"])}!`,
		"<<E\n  line ${build.name}\n  more\nE\n":                                "  line ${build.name}\n  more\n",
		`try(version.app.nope, null) == null`:                                   "",
	} {
		e := parse(t, src)
		got := e.Template()
		if want != "" && got != want {
			t.Errorf("%s\n got %s\nwant %s", src, got, want)
		}
		node, diags := hclsyntax.ParseTemplate([]byte(got), "t", hcl.InitialPos)
		if diags.HasErrors() {
			t.Errorf("%s became %s: %v", src, got, diags)
			continue
		}
		if again := (expr{node}).Template(); again != got {
			t.Errorf("%s: printed %s, then %s", src, got, again)
		}
		if a, b := value(t, e), value(t, expr{node}); !a.RawEquals(b) {
			t.Errorf("%s: %#v became %#v through %s", src, a, b, got)
		}
	}
}

func parse(t *testing.T, src string) expr {
	t.Helper()
	node, diags := hclsyntax.ParseExpression([]byte(src), "e", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	return expr{node}
}

func value(t *testing.T, e expr) cty.Value {
	t.Helper()
	v, diags := e.node.Value(&hcl.EvalContext{Functions: function.Table(), Variables: config.Scope{
		"build":   cty.ObjectVal(map[string]cty.Value{"number": cty.NumberIntVal(7), "name": cty.StringVal("n")}),
		"version": cty.ObjectVal(map[string]cty.Value{"app": cty.MapVal(map[string]cty.Value{"odd key": cty.StringVal("o")})}),
	}})
	if diags.HasErrors() {
		t.Fatalf("%s: %v", e.Template(), diags)
	}
	return v
}

func TestRefs(t *testing.T) {
	e := parse(t, `"${var.a.b} ${[for x in local.list : x.y + build.number]} ${version.app["k"][0]}"`)
	var got []string
	for _, r := range e.Refs() {
		got = append(got, r.String())
	}
	want := []string{"var.a.b", "local.list", "build.number", `version.app["k"][0]`}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if r := parse(t, "job.unit").Refs(); len(r) != 1 || !r[0].Whole || r[0].Open {
		t.Errorf("%+v", r)
	}
}

package budget_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/budget"
	"github.com/weirci/weir/lang/function"
	"github.com/weirci/weir/lang/langtest"
)

func parse(t testing.TB, src string) hclsyntax.Expression {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(src), "t", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return e
}

// given is what the expressions of these tests may name.
func given() map[string]cty.Value {
	thousand := make([]cty.Value, 1000)
	for i := range thousand {
		thousand[i] = cty.NumberIntVal(int64(i))
	}
	shared := cty.TupleVal([]cty.Value{cty.True})
	for range 40 {
		shared = cty.TupleVal([]cty.Value{shared, shared})
	}
	return map[string]cty.Value{
		"thousand": cty.ListVal(thousand),
		"megabyte": cty.StringVal(strings.Repeat("x", 1<<20)),
		"shared":   shared,
		"secret":   cty.StringVal(strings.Repeat("x", 1<<20)).Mark("sensitive"),
	}
}

// What would take for ever, or all memory, is refused within a second.
func TestTooMuch(t *testing.T) {
	langtest.Heavy(t)
	for name, src := range map[string]string{
		"nested for":            `[for a in thousand : [for b in thousand : [for c in thousand : 1]]]`,
		"nested for, short":     `length([for a in thousand : length([for b in thousand : length([for c in thousand : 1])])])`,
		"for with errors":       `[for a in thousand : [for b in thousand : [for c in thousand : nothing]]]`,
		"for with conditions":   `[for a in thousand : a if length([for b in thousand : b if length([for c in thousand : c if false]) > 0]) > 0]`,
		"for inside of try":     `try([for a in thousand : [for b in thousand : [for c in thousand : 1]]], 0)`,
		"for inside of can":     `can([for a in thousand : [for b in thousand : [for c in thousand : 1]]])`,
		"an object's keys":      `{ for a in thousand : a => { for b in thousand : b => { for c in thousand : c => 1 } } }`,
		"template for":          `"%{for a in thousand}%{for b in thousand}%{for c in thousand}x%{endfor}%{endfor}%{endfor}"`,
		"long texts in for":     `[for a in thousand : "${megabyte}${a}"]`,
		"thrown away":           `length([for a in thousand : length("${megabyte}${a}")])`,
		"sensitive texts":       `[for a in thousand : "${secret}${a}"]`,
		"a long template":       `"` + strings.Repeat("${megabyte}", 200) + `"`,
		"many calls":            `[` + strings.Repeat(`format("%4000000s", ""), `, 300) + `]`,
		"calls in calls":        `length(join("", [` + strings.Repeat(`format("%4000000s", ""), `, 300) + `]))`,
		"calls in for":          `[for a in thousand : format("%1000000s", a)]`,
		"a shared value":        `[shared]`,
		"splats":                `[for a in thousand : [for b in thousand : thousand[*]]]`,
		"a product":             `length(setproduct(thousand, thousand, [1, 2, 3]))`,
		"characters":            `[for a in thousand : strlen(megabyte)]`,
		"going through":         `[for a in thousand : [for b in thousand : slice(thousand, 0, 2)]]`,
		"mixed lists":           `toset(flatten([for a in thousand : [for b in slice(thousand, 0, 50) : [a, "x"]]]))`,
		"a great number":        `"${1e1000000000}"`,
		"a small number":        `"${1e-100000}"`,
		"a number from text":    `"${"1e1000000000" + 0}"`,
		"minus a number":        `"${-"1e1000000000"}"`,
		"a number from JSON":    `"${jsondecode("1e1000000000")}"`,
		"a number that grows":   strings.Repeat("(", 20) + "1e300" + strings.Repeat(" * 1e300)", 20),
		"a number in a list":    `tostring([1e1000000000][0])`,
		"a number in an object": `{ a = 1e1000000000 }`,
	} {
		t.Run(name, func(t *testing.T) {
			e := parse(t, src)
			budget.Prepare(e)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			v, diags := budget.Value(e, given(), function.Table())
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if !diags.HasErrors() {
				t.Fatalf("it gives a %s", v.Type().FriendlyName())
			}
			if made := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 10*time.Second || made > 2048 {
				t.Errorf("refused after %v and %d MiB", took, made)
			}
			if len(diags) > 20_000 {
				t.Errorf("%d diagnostics", len(diags))
			}
		})
	}
}

// What real pipelines compute is far from every bound, and comes out as it
// does without meters.
func TestEnough(t *testing.T) {
	langtest.Heavy(t)
	for _, src := range []string{
		`[for a in thousand : [for b in slice(thousand, 0, 100) : a * b]]`,
		`{ for a in thousand : "key-${a}" => { name = upper("n${a}"), all = [a, a + 1, -a] } }`,
		`join(",", [for a in thousand : "${a}" if a % 2 == 0])`,
		`"%{for a in thousand}${a},%{endfor}"`,
		`try(thousand[5000], [for a in thousand : a][3])`,
		`thousand[*] == [for a in thousand : a]`,
		`length(megabyte) + length("${megabyte}${megabyte}")`,
		`[for a in slice(thousand, 0, 100) : a if contains(thousand, 999)]`,
		`[toset(thousand[*]), tolist([for a in thousand : "${a}"]), toset([for a in thousand : a % 7])]`,
		`[distinct([for a in thousand : a % 7]), sort([for a in thousand : "${a}"]), compact([for a in thousand : "${a}"])]`,
		`[setunion(thousand, [for a in thousand : a + 500]), concat(thousand, [for a in thousand : a], [true])]`,
		`can(nothing.at.all) ? 1 : (2 + 3) * 4`,
	} {
		plain, prepared := parse(t, src), parse(t, src)
		if !budget.Prepare(prepared) {
			t.Errorf("%s: costs nothing", src)
		}
		budget.Prepare(prepared) // again changes nothing
		want, wantDiags := plain.Value(&hcl.EvalContext{Variables: given(), Functions: function.Table()})
		got, diags := budget.Value(prepared, given(), function.Table())
		if len(diags) != len(wantDiags) || !got.RawEquals(want) {
			t.Errorf("%s: %v", src, diags)
		}
	}
}

// A long list of one type is made in a time that grows with its length; the
// library by itself takes minutes.
func TestLongLists(t *testing.T) {
	langtest.Heavy(t)
	for _, src := range []string{
		`length(toset(flatten([for a in thousand : [for b in twenty : a * b]])))`,
		`length(distinct(flatten([for a in thousand : [for b in twenty : a * b]])))`,
		`length(sort(flatten([for a in thousand : [for b in twenty : "${a * b}"]])))`,
		`length(setsubtract(flatten([for a in thousand : [for b in twenty : a * b]]), thousand))`,
	} {
		e, scope := parse(t, src), given()
		scope["twenty"] = cty.ListVal(scope["thousand"].AsValueSlice()[:20])
		budget.Prepare(e)
		start := time.Now()
		if _, diags := budget.Value(e, scope, function.Table()); diags.HasErrors() {
			t.Errorf("%s: %v", src, diags)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", src, took)
		}
	}
}

// The names that an expression uses are the same behind meters.
func TestNamesStaySeen(t *testing.T) {
	src := `[for a in list : "${a}${x.y}" if c > a] == f(g, -h[i], { (k) = l[*].m })`
	plain, prepared := parse(t, src), parse(t, src)
	budget.Prepare(prepared)
	if a, b := len(plain.Variables()), len(prepared.Variables()); a != b || a < 7 {
		t.Errorf("%d names, %d behind meters", a, b)
	}
}

func TestPlainThingsCostNothing(t *testing.T) {
	for _, src := range []string{`"text"`, `1`, `var.x.y`, `null`, `(local.a)`} {
		if budget.Prepare(parse(t, src)) {
			t.Errorf("%s costs", src)
		}
	}
}

func TestFits(t *testing.T) {
	for _, v := range []cty.Value{cty.NullVal(cty.String), cty.DynamicVal, given()["thousand"], given()["megabyte"], cty.Zero} {
		if why := budget.Fits(v); why != "" {
			t.Errorf("%#v: %s", v.Type(), why)
		}
	}
	for _, v := range []cty.Value{given()["shared"], cty.PositiveInfinity, cty.StringVal(strings.Repeat("x", budget.MaxValue+1))} {
		if budget.Fits(v) == "" {
			t.Errorf("%#v fits", v.Type())
		}
	}
}

func BenchmarkTemplate(b *testing.B) {
	e := parse(b, `"registry.example.com/${var.team}/${var.name}:${var.tag}"`)
	budget.Prepare(e)
	scope := map[string]cty.Value{"var": cty.ObjectVal(map[string]cty.Value{
		"team": cty.StringVal("payments"), "name": cty.StringVal("shop"), "tag": cty.StringVal("1.2"),
	})}
	for b.Loop() {
		if _, diags := budget.Value(e, scope, function.Table()); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}

package function

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func eval(t testing.TB, src string, functions map[string]function.Function) (cty.Value, error) {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(src), "t", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	v, diags := e.Value(&hcl.EvalContext{Functions: functions})
	if diags.HasErrors() {
		return cty.NilVal, diags
	}
	return v, nil
}

func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The example of each function, which the reference page shows, is true.
func TestExamples(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"greeting.txt": "hello", "greeting.tmpl": "Hello, ${name}!"})
	table := In(Dirs{Module: dir})
	for _, e := range All() {
		got, err := eval(t, "jsonencode("+e.Example+")", table)
		if err != nil {
			t.Errorf("%s: %v", e.Example, err)
			continue
		}
		want, err := eval(t, "jsonencode("+e.Gives+")", table)
		if err != nil || !got.RawEquals(want) {
			t.Errorf("%s is %s, not %s (%v)", e.Example, got.AsString(), e.Gives, err)
		}
		if !strings.Contains(e.Example, e.Name+"(") {
			t.Errorf("the example of %s does not call it: %s", e.Name, e.Example)
		}
	}
}

// Everything has its words, also where other programs look for them.
func TestDescriptions(t *testing.T) {
	for _, e := range All() {
		if !strings.HasSuffix(e.About, ".") || len(e.Params) == 0 {
			t.Errorf("%s: %q", e.Name, e.About)
		}
		f := Table()[e.Name]
		n := len(f.Params())
		if f.VarParam() != nil {
			n++
		}
		if n != len(e.Params) || f.Description() != e.About {
			t.Errorf("%s takes %d parameters, and says %d", e.Name, n, len(e.Params))
		}
		for _, p := range e.Params {
			if p.Name == "" || p.About == "" || p.Type == "" {
				t.Errorf("%s: %+v", e.Name, p)
			}
		}
	}
}

// Each line is true.
func TestFunctions(t *testing.T) {
	for _, src := range []string{
		`length("häuser") == 6 && length({ a = 1 }) == 1 && length(toset(["a", "a"])) == 1 && length([]) == 0`,
		`replace("a.b.c", ".", "-") == "a-b-c" && replace("a1b22", "/[0-9]+/", "n") == "anbn" && replace("ab", "/(a)(b)/", "$2$1") == "ba"`,
		`replace("/a/", "/", "") == "a"`,
		`sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`,
		`can(regex("^[a-z]+$", "abc")) && !can(regex("^[a-z]+$", "ABC"))`,
		`alltrue([]) && !anytrue([]) && alltrue([true, "true"]) && !alltrue([null])`,
		`one([]) == null && one(toset(["a"])) == "a" && !can(one([1, 2])) && !can(one("x"))`,
		`sum([1, "2"]) == 3 && !can(sum([])) && !can(sum([null]))`,
		`index(["a", "b"], "b") == 1 && !can(index(["a"], "z")) && !can(index("a", "a"))`,
		`distinct([]) == tolist([]) && distinct([1, 1, 2]) == tolist([1, 2])`,
		`matchkeys(["x", "y", "z"], ["a", "b", "a"], ["a"]) == tolist(["x", "z"]) && !can(matchkeys(["x"], [], ["a"]))`,
		`length(transpose({})) == 0`,
		`!can(base64decode("gA==")) && !can(base64decode("?")) && !can(urldecode("%zz")) && !can(urldecode("%ff"))`,
		`timecmp("2024-01-01T00:00:00Z", "2024-01-01T00:00:01Z") == -1 && !can(timecmp("today", "2024-01-01T00:00:00Z"))`,
		`cidrhost("10.0.0.0/8", -1) == "10.255.255.255" && cidrhost("fd00::/64", 10) == "fd00::a" && !can(cidrhost("10.0.0.0/30", 4)) && !can(cidrhost("10.0.0.0/8", 1.5))`,
		`cidrsubnet("fd00::/48", 16, 5) == "fd00:0:0:5::/64" && !can(cidrsubnet("10.0.0.0/8", 25, 0)) && !can(cidrsubnet("10.0.0.0/8", 2, 9)) && !can(cidrsubnet("10.0.0.0/8", -1, 0))`,
		`cidrsubnets("10.0.0.0/29", 1, 2, 2) == tolist(["10.0.0.0/30", "10.0.0.4/31", "10.0.0.6/31"]) && !can(cidrsubnets("10.0.0.0/31", 1, 1, 1)) && !can(cidrsubnets("10.0.0.0/8", 0))`,
		`cidrcontains("10.0.0.0/8", "10.1.0.0/16") && !cidrcontains("10.1.0.0/16", "10.0.0.0/8") && !cidrcontains("10.0.0.0/8", "fd00::1") && !can(cidrcontains("10.0.0.0/8", "here"))`,
		`!can(cidrnetmask("fd00::/8")) && !can(cidrnetmask("10.0.0.0")) && length(cidrsubnets("10.0.0.0/8")) == 0`,
		`uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "example.com") == uuidv5("dns", "example.com") && !can(uuidv5("x", "y"))`,
		`yamldecode("a: &x [1]\nb: *x") == { a = [1], b = [1] } && !can(yamldecode("a: [")) && !can(yamldecode("--- a\n--- b"))`,
		`!issensitive("x") && issensitive("a${sensitive("b")}") && !issensitive(nonsensitive(sensitive("b")))`,
		`basename("/") == "/" && dirname("a") == "."`,
	} {
		if v, err := eval(t, src, Table()); err != nil || !v.RawEquals(cty.True) {
			t.Errorf("%s: %#v %v", src, v, err)
		}
	}
}

// The same arguments give the same result always.
func TestPure(t *testing.T) {
	for _, banned := range []string{"timestamp", "uuid", "env", "plantimestamp", "bcrypt", "abspath", "pathexpand", "base64gzip"} {
		if slices.Contains(Names(), banned) {
			t.Errorf("%s depends on more than its arguments", banned)
		}
	}
	if _, err := eval(t, `file("x")`, Table()); err == nil || !strings.Contains(err.Error(), "only while a pipeline is compiled") {
		t.Errorf("files can be read without a directory: %v", err)
	}
}

// Distinct gives what the standard library's gives, which takes very long.
func TestDistinct(t *testing.T) {
	in := cty.ListVal([]cty.Value{cty.StringVal("b"), cty.NullVal(cty.String), cty.StringVal("a"), cty.StringVal("b"), cty.NullVal(cty.String)})
	want, err := stdlib.Distinct(in)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Table()["distinct"].Call([]cty.Value{in}); err != nil || !got.RawEquals(want) {
		t.Errorf("%#v, %v", got, err)
	}
}

func TestUnknown(t *testing.T) {
	for name, args := range map[string][]cty.Value{
		"distinct":  {cty.ListVal([]cty.Value{cty.UnknownVal(cty.String)})},
		"alltrue":   {cty.ListVal([]cty.Value{cty.UnknownVal(cty.Bool)})},
		"transpose": {cty.MapVal(map[string]cty.Value{"a": cty.ListVal([]cty.Value{cty.UnknownVal(cty.String)})})},
		"format":    {cty.StringVal("%s"), cty.UnknownVal(cty.String)},
		"length":    {cty.DynamicVal},
		"index":     {cty.TupleVal([]cty.Value{cty.UnknownVal(cty.String)}), cty.StringVal("a")},
	} {
		if v, err := Table()[name].Call(args); err != nil || v.IsKnown() {
			t.Errorf("%s of something unknown: %#v, %v", name, v, err)
		}
	}
}

package function

import (
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Each line is true.
func TestFunctions(t *testing.T) {
	for _, src := range []string{
		`abs(-2) == 2 && max(1, 3) == 3 && parseint("ff", 16) == 255`,
		`length("häuser") == 6 && length([1, 2]) == 2 && length({ a = 1 }) == 1 && length(toset(["a", "a"])) == 1`,
		`replace("a.b.c", ".", "-") == "a-b-c" && replace("a1b22", "/[0-9]+/", "n") == "anbn"`,
		`startswith("weir", "we") && endswith("weir", "ir") && !startswith("weir", "ir")`,
		`join(",", sort(["b", "a"])) == "a,b" && split("/", "a/b")[1] == "b"`,
		`base64decode(base64encode("hello")) == "hello"`,
		`sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`,
		`jsonencode({ b = 1, a = [true, null] }) == "{\"a\":[true,null],\"b\":1}"`,
		`can(regex("^[a-z]+$", "abc")) && !can(regex("^[a-z]+$", "ABC")) && try(tonumber("x"), 7) == 7`,
		`merge({ a = 1 }, { a = 2 }).a == 2 && lookup({ a = 1 }, "b", 9) == 9`,
		`strrev("abc") == "cba" && reverse([1, 2])[0] == 2`,
		`formatdate("YYYY-MM-DD", "2024-02-03T04:05:06Z") == "2024-02-03"`,
	} {
		e, diags := hclsyntax.ParseExpression([]byte(src), "t", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		v, diags := e.Value(&hcl.EvalContext{Functions: Table()})
		if diags.HasErrors() || !v.RawEquals(cty.True) {
			t.Errorf("%s: %#v %v", src, v, diags)
		}
	}
}

func TestPure(t *testing.T) {
	for _, banned := range []string{"timestamp", "uuid", "env", "plantimestamp", "bcrypt", "file"} {
		if slices.Contains(Names(), banned) {
			t.Errorf("%s depends on more than its arguments", banned)
		}
	}
}

package budget_test

import (
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/budget"
	"github.com/weirci/weir/lang/function"
	"github.com/weirci/weir/lang/nesting"
)

// FuzzValue: no expression takes long, and meters do not change what an
// expression names.
func FuzzValue(f *testing.F) {
	for _, src := range []string{
		`[for a in thousand : [for b in slice(thousand, 0, 9) : "${a}${b}"] if a > 3]`, `{ for a in thousand : "${a}" => a... }`,
		`join("", [for a in thousand : format("%10s", a)])`, `"%{ for a in thousand }${a}%{ endfor }"`,
		`toset(concat(thousand, ["x"]))`, `thousand[*] == [for a in thousand : -a]`, `"${"1e99" * 1e300 * 1e300}"`,
		`try(jsondecode("{"), setproduct(thousand, thousand), 1)`, `replace(substr(megabyte, 0, 9999), "/x/", "$0$0")`, `distinct([shared])`,
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if _, deep := nesting.File("f", []byte(src)); deep || len(src) > 1<<12 {
			return
		}
		e, diags := hclsyntax.ParseExpression([]byte(src), "f", hcl.InitialPos)
		if diags.HasErrors() {
			return
		}
		names := len(e.Variables())
		budget.Prepare(e)
		if got := len(e.Variables()); got != names {
			t.Fatalf("%q: %d names, %d behind meters", src, names, got)
		}
		start := time.Now()
		budget.Value(e, given(), function.Table())
		if took := time.Since(start); took > 30*time.Second {
			t.Fatalf("%q took %v", src, took)
		}
	})
}

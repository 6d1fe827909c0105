package config

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// The text of a type reads back as that type, and one type has one text.
func TestTypeText(t *testing.T) {
	for _, want := range []string{
		"any", "string", "number", "bool", "list(string)", "set(any)", "map(list(number))",
		"tuple([string, bool])", "object({a=number, b=optional(list(string))})", "object({})",
	} {
		e, diags := hclsyntax.ParseExpression([]byte(want), "t", hcl.InitialPos)
		ty, more := typeexpr.TypeConstraint(e)
		if diags.HasErrors() || more.HasErrors() {
			t.Fatal(diags, more)
		}
		if got := TypeText(ty); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

package lint

import (
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func unusedVariable() Rule {
	return unused(Rule{Code: diag.UnusedVariable, Summary: "Unused variable",
		Why: "Whoever gives a value to a variable expects it to have an effect.",
		Fix: "Remove it, or use it as `var.NAME`.",
	}, "variable", "var", func(c *config.Config) []*config.Variable { return c.Variables },
		func(v *config.Variable) config.Name { return v.Name })
}

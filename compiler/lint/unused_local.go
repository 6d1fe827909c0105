package lint

import (
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func unusedLocal() Rule {
	return unused(Rule{Code: diag.UnusedLocal, Summary: "Unused local value",
		Why: "A local value that nothing names is what is left of something that is gone.",
		Fix: "Remove it, or use it as `local.NAME`.",
	}, "local value", "local", func(c *config.Config) []*config.Local { return c.Locals },
		func(l *config.Local) config.Name { return l.Name })
}

package lint

import (
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func unusedSecretSource() Rule {
	return unused(Rule{Code: diag.UnusedSecretSource, Summary: "Unused secret source",
		Why: "A secret source gives every server and worker a way in to a store of secrets, for nothing.",
		Fix: "Remove it, or use it as `secret.NAME.PATH`.",
	}, "secret source", "secret", func(c *config.Config) []*config.SecretSource { return c.SecretSources },
		func(s *config.SecretSource) config.Name { return s.Name })
}

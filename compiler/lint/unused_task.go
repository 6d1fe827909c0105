package lint

import (
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func unusedTask() Rule {
	return unused(Rule{Code: diag.UnusedTask, Summary: "Unused task",
		Why: "A shared task does nothing by itself: it is for the steps that name it.",
		Fix: "Remove it, or write `uses = task.NAME` in a step.",
	}, "shared task", "task", func(c *config.Config) []*config.SharedTask { return c.Tasks },
		func(t *config.SharedTask) config.Name { return t.Name })
}

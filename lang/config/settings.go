package config

import "github.com/weirci/weir/lang/diag"

// Settings is a weir block: what the tool has to know before it looks at the
// pipeline. All of it is constant.
type Settings struct {
	Range           diag.Range
	RequiredVersion Expr // ">= 0.1.0" and the like
	Policies        Expr // directories, relative to the pipeline's
	Lint            []*LintLevel
	LintRange       diag.Range
}

// LintLevel says how much a rule matters here.
type LintLevel struct {
	Code  Name
	Level Expr // "error", "warning" or "off"
}

package lint

import "github.com/weirci/weir/lang/diag"

// The rules about comments have no check: what a comment silences is known when
// all others have been run.

func ignoreMalformed() Rule {
	return Rule{Code: diag.IgnoreMalformed, Severity: diag.Warning, Summary: "Incomplete ignore comment",
		Why: "A comment that says neither what it ignores nor why helps nobody who reads it later.",
		Fix: "Write `# weir:ignore CODE reason`."}
}

func ignoreUnused() Rule {
	return Rule{Code: diag.IgnoreUnused, Severity: diag.Warning, Summary: "Ignore comment without effect",
		Why: "What the comment was about is gone, and it would hide the next such thing on that line.",
		Fix: "Remove the comment."}
}

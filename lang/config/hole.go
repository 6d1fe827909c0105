package config

import "github.com/weirci/weir/lang/diag"

// Hole is a part of the source that could not be read, which is reported
// already. What it would have defined counts as defined, so that what names it
// is not blamed for the fault.
type Hole struct {
	Kind   string // the type of its block: "job", "locals"; "": a hole that may have defined anything
	Labels []Name // as far as they could be read; of locals, the names of its values
	Range  diag.Range
}

package lang

import (
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/hcl"
)

// Load reads the pipeline in dir. The Config is nil where so much of it could
// not be read that compiling the rest would mislead; the list then has errors.
// A Config may come with errors too: compile it all the same to learn of more
// problems, but use nothing that was made of it.
func Load(dir string, in config.Inputs) (*config.Config, *diag.Sources, diag.List) {
	return hcl.Load(dir, in)
}

package hcl

import (
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// loader reads the modules that a pipeline calls, each place once.
type loader struct {
	src  *diag.Sources
	in   config.Inputs
	read map[string]*config.Config // by directory; nil: could not be read, said already
}

// NewLoader reads the modules of a pipeline, of whatever notation; their texts
// are added to src.
func NewLoader(src *diag.Sources, in config.Inputs) config.Loader {
	return &loader{src: src, in: in, read: map[string]*config.Config{}}
}

// Load implements config.Loader.
func (l *loader) Load(s config.ModuleSource) (*config.Config, diag.List) {
	place, list := l.in.Modules.Find(s)
	if list.HasErrors() {
		return nil, list
	}
	if cfg, ok := l.read[place.Dir]; ok {
		return cfg, list
	}
	cfg, more := l.module(place, s)
	list.Append(more...)
	l.read[place.Dir] = cfg
	return cfg, list
}

func (l *loader) module(place config.Place, s config.ModuleSource) (*config.Config, diag.List) {
	names, list := find(place.Dir, l.in.Unsaved)
	if len(list) > 0 {
		for i := range list {
			list[i].Range = s.TextRange
			list[i].Detail = place.Dir + ": " + list[i].Detail
		}
		return nil, list
	}
	cfg, list := parseFiles(names, l.in.Unsaved, l.src)
	cfg.Place, cfg.Loader = place, l
	return cfg, list
}

package hcl

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/textfile"
	"github.com/weirci/weir/lang/vars"
)

// Suffix ends the names of the files that are read.
const Suffix = ".weir.hcl"

// Load reads the *.weir.hcl files of a directory. The Config has Holes where a
// part of them could not be read or parsed; it is nil where there are no files
// to read. Ranges name files by dir joined with their name.
func Load(dir string, in config.Inputs) (*config.Config, *diag.Sources, diag.List) {
	src := &diag.Sources{}
	names, list := find(dir, in.Unsaved)
	if len(list) > 0 {
		return nil, src, list
	}
	if in.Only != "" {
		names = []string{filepath.Join(dir, in.Only)}
	}
	cfg, list := parseFiles(names, in.Unsaved, src)
	cfg.Place = config.Place{Dir: dir, Path: "."}
	cfg.Loader = NewLoader(src, in)
	list.Append(attach(dir, cfg, in, src)...)
	list.Sort()
	return cfg, src, list
}

// attach gives the variables their values. A value for a variable that is not
// declared may be for one in a part that could not be read.
func attach(dir string, cfg *config.Config, in config.Inputs, src *diag.Sources) diag.List {
	l := vars.Attach(dir, cfg.Variables, in, src)
	if len(cfg.Holes) == 0 {
		return l
	}
	return slices.DeleteFunc(l, func(d diag.Diagnostic) bool { return d.Code == diag.Undeclared })
}

// parseFiles reads files into one Config. What of them cannot be read is a hole
// in it.
func parseFiles(names []string, unsaved map[string][]byte, src *diag.Sources) (*config.Config, diag.List) {
	var list diag.List
	texts := make([]file, 0, len(names))
	var holes []config.Hole
	for _, n := range names {
		text, problem := read(n, unsaved)
		if list.Append(problem...); problem.HasErrors() {
			holes = append(holes, config.Hole{Range: diag.Range{File: n}})
			continue
		}
		texts = append(texts, file{name: n, text: text})
		src.Add(n, text)
	}
	cfg, problem := parseAll(texts)
	cfg.Holes = append(cfg.Holes, holes...)
	list.Append(problem...)
	return cfg, list
}

type file struct {
	name string
	text []byte
}

// find lists the files to read, by name.
func find(dir string, unsaved map[string][]byte) ([]string, diag.List) {
	var l diag.List
	at := diag.Range{File: dir}
	entries, err := os.ReadDir(dir)
	if err != nil {
		code, help := diag.Unreadable, ""
		if info, e := os.Stat(dir); e == nil && !info.IsDir() {
			help = "a pipeline is a directory: give the one that holds the file"
		}
		d := diag.Diagnostic{Code: code, Range: at, Summary: "Cannot read the pipeline's directory", Detail: textfile.Reason(err)}
		if help != "" {
			d.Fix = &diag.Fix{Help: help}
		}
		l.Append(d)
		return nil, l
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), Suffix) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	for name := range unsaved {
		if filepath.Dir(name) == filepath.Clean(dir) && strings.HasSuffix(name, Suffix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		l.Append(diag.Diagnostic{Code: diag.NoFiles, Range: at, Summary: "No pipeline here",
			Detail: "The directory holds no file whose name ends in " + Suffix + ", and none of CUE (.cue, .weir.json, .weir.yaml).",
			Fix:    &diag.Fix{Help: "the smallest pipeline is a file pipeline" + Suffix + " with pipeline \"hello\" {}"}})
	}
	return names, l
}

func read(name string, unsaved map[string][]byte) ([]byte, diag.List) {
	if text, ok := unsaved[name]; ok {
		return text, nil
	}
	return textfile.Read(name)
}

func merge(to, from *config.Config) {
	to.Holes = append(to.Holes, from.Holes...)
	to.Settings = append(to.Settings, from.Settings...)
	to.Pipelines = append(to.Pipelines, from.Pipelines...)
	to.Variables = append(to.Variables, from.Variables...)
	slices.SortFunc(from.Locals, func(a, b *config.Local) int { return cmp.Compare(a.Name.Range.Start.Byte, b.Name.Range.Start.Byte) })
	to.Locals = append(to.Locals, from.Locals...)
	to.ResourceTypes = append(to.ResourceTypes, from.ResourceTypes...)
	to.Resources = append(to.Resources, from.Resources...)
	to.Tasks = append(to.Tasks, from.Tasks...)
	to.Jobs = append(to.Jobs, from.Jobs...)
	to.SecretSources = append(to.SecretSources, from.SecretSources...)
	to.Groups = append(to.Groups, from.Groups...)
	to.Calls = append(to.Calls, from.Calls...)
	to.Outputs = append(to.Outputs, from.Outputs...)
	to.Moved = append(to.Moved, from.Moved...)
	to.Removed = append(to.Removed, from.Removed...)
	to.Checks = append(to.Checks, from.Checks...)
}

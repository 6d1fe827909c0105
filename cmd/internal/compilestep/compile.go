package compilestep

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
	"github.com/weirci/weir/lang/vars"
)

// compile gives the canonical bytes of the pipeline's graph.
func (r Request) compile(version string, log io.Writer) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	values, done, err := r.values()
	if err != nil {
		return nil, err
	}
	defer done()
	cfg, sources, list := lang.Load(r.Dir, config.Inputs{Vars: []config.Assignment{{File: values}}, Only: r.File})
	list = slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return d.Code == diag.Undeclared && d.Range.File == values })
	if cfg != nil {
		if err := r.undeclared(cfg); err != nil {
			return nil, err
		}
		if err := r.rename(cfg); err != nil {
			return nil, err
		}
	}
	g := compiled(version, cfg, &list)
	shown := func(name string) string {
		if name == values {
			return "<vars>"
		}
		return name
	}
	if err := r.failed(list.Rename(shown), sources.Rename(shown), log); err != nil {
		return nil, err
	}
	return g.Encode(), nil
}

// compiled compiles, unless another version of Weir is wanted: what else there is may
// be because of that.
func compiled(version string, cfg *config.Config, list *diag.List) *graph.Graph {
	settings, _ := compiler.ReadSettings(cfg) // Compile says what is wrong with them
	if refused := settings.Refuses(version); len(refused) > 0 {
		*list = refused
		return nil
	}
	g, more := compiler.Compile(cfg)
	list.Append(more...)
	list.Sort()
	return g
}

// values writes the values of variables to a file: those that tell instances apart
// give way to those that are meant for variables.
func (r Request) values() (file string, done func(), err error) {
	all := map[string]json.RawMessage{}
	maps.Copy(all, r.Instance)
	maps.Copy(all, r.Vars)
	text, err := json.Marshal(all)
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "weir-vars-*")
	if err != nil {
		return "", nil, err
	}
	file = filepath.Join(dir, "step"+vars.Suffix+vars.JSON)
	return file, func() { _ = os.RemoveAll(dir) }, os.WriteFile(file, text, 0o600)
}

// undeclared refuses values for variables that are not there. Instances may be told
// apart by what the pipeline does not ask for.
func (r Request) undeclared(cfg *config.Config) error {
	if len(cfg.Holes) > 0 {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(r.Vars)) {
		if !slices.ContainsFunc(cfg.Variables, func(v *config.Variable) bool { return v.Name.Text == name }) {
			return fmt.Errorf("vars has a value for %s, but the pipeline in %s declares no such variable", name, r.where())
		}
	}
	return nil
}

// rename gives the pipeline the name and the team that it is set as. The files may
// leave out the team, but not say another than the step does.
func (r Request) rename(cfg *config.Config) error {
	if len(cfg.Pipelines) != 1 {
		return nil // the compiler says so
	}
	p := cfg.Pipelines[0]
	if p.Name.Text != r.As {
		return fmt.Errorf("the pipeline in %s is called %q, and the step sets %q: they have to agree", r.where(), p.Name.Text, r.As)
	}
	p.Name.Text = r.Name
	if p.Team == nil {
		p.Team = expr.Of(&hclsyntax.LiteralValueExpr{Val: cty.StringVal(r.Team), SrcRange: hcl.Range{Filename: p.Range.File}})
	}
	return nil
}

func hasCode(list diag.List, codes ...diag.Code) bool {
	return slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return slices.Contains(codes, d.Code) })
}

package param

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/nesting"
)

// mostBytes bounds the text of one value.
const mostBytes = 64 << 10

// Values reads what was given for the params of a job, by name, into JSON. As with
// variables, the text for a string is taken as it is; for any other type it is an
// expression without names in it. All problems are told at once.
func Values(params []graph.Param, given map[string]string) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	var problems []string
	for _, p := range params {
		text, there := given[p.Name]
		switch {
		case there:
			v, err := value(p, text)
			if err != nil {
				problems = append(problems, err.Error())
				continue
			}
			out[p.Name] = v
		case p.Default == nil:
			problems = append(problems, fmt.Sprintf("param %q, a %s, has no default: give it a value with --param %s=…", p.Name, p.Type, p.Name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.ContainsFunc(params, func(p graph.Param) bool { return p.Name == name }) {
			problems = append(problems, fmt.Sprintf("there is no param %q%s", name, known(params)))
		}
	}
	if len(problems) > 0 {
		return nil, errors.New(strings.Join(problems, "; "))
	}
	return out, nil
}

func known(params []graph.Param) string {
	if len(params) == 0 {
		return ": the job has none"
	}
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.Name
	}
	return ": there are " + strings.Join(names, ", ")
}

func value(p graph.Param, text string) (json.RawMessage, error) {
	if len(text) > mostBytes {
		return nil, fmt.Errorf("param %q: a value has %d bytes at most", p.Name, mostBytes)
	}
	want, err := typeOf(p.Type)
	if err != nil {
		return nil, fmt.Errorf("param %q: %w", p.Name, err)
	}
	v := cty.StringVal(text)
	if want != cty.String {
		if v, err = expression(text); err != nil {
			return nil, fmt.Errorf("param %q wants a %s, and %q is none: %w", p.Name, p.Type, text, err)
		}
	}
	if v, err = convert.Convert(v, want); err != nil {
		return nil, fmt.Errorf("param %q wants a %s: %w", p.Name, p.Type, err)
	}
	return ctyjson.Marshal(v, v.Type())
}

func typeOf(text string) (cty.Type, error) {
	e, diags := hclsyntax.ParseExpression([]byte(text), "", hcl.InitialPos)
	if !diags.HasErrors() {
		var t cty.Type
		if t, diags = typeexpr.TypeConstraint(e); !diags.HasErrors() {
			return t, nil
		}
	}
	return cty.NilType, fmt.Errorf("its type %q cannot be read", text)
}

func expression(text string) (cty.Value, error) {
	if _, deep := nesting.File("", []byte(text)); deep {
		return cty.NilVal, errors.New("too many brackets inside of one another")
	}
	e, diags := hclsyntax.ParseExpression([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, errors.New(diags[0].Summary)
	}
	v, diags := e.Value(nil)
	if diags.HasErrors() {
		return cty.NilVal, errors.New(diags[0].Summary)
	}
	if !v.IsWhollyKnown() {
		return cty.NilVal, errors.New("it is not known")
	}
	return v, nil
}

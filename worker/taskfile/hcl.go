package taskfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/json"

	stdjson "encoding/json"
)

func isHCL(file string) bool { return strings.HasSuffix(file, ".hcl") }

// fromHCL reads arguments, and the block limits. Nothing can be named in them.
func fromHCL(file, text string) (map[string]any, error) {
	f, diags := hclsyntax.ParseConfig([]byte(text), file, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, first(diags)
	}
	body, ok := f.Body.(*hclsyntax.Body)
	if !ok {
		return nil, fmt.Errorf("%s: it is no HCL", file)
	}
	return bodyValues(body)
}

func bodyValues(body *hclsyntax.Body) (map[string]any, error) {
	out := map[string]any{}
	for name, a := range body.Attributes {
		v, diags := a.Expr.Value(nil)
		if diags.HasErrors() {
			return nil, first(diags)
		}
		plain, err := plain(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", a.SrcRange, name, err)
		}
		out[name] = plain
	}
	for _, b := range body.Blocks {
		if b.Type != "limits" || len(b.Labels) > 0 || out[b.Type] != nil {
			return nil, fmt.Errorf("%s: a task file has arguments, and one block limits; services and hooks stand in the pipeline", b.TypeRange)
		}
		v, err := bodyValues(b.Body)
		if err != nil {
			return nil, err
		}
		out[b.Type] = v
	}
	return out, nil
}

func plain(v cty.Value) (any, error) {
	if !v.IsWhollyKnown() {
		return nil, errors.New("it is not known")
	}
	text, err := json.Marshal(v, v.Type())
	if err != nil {
		return nil, err
	}
	var out any
	err = stdjson.Unmarshal(text, &out)
	return out, err
}

func first(diags hcl.Diagnostics) error {
	d := diags.Errs()[0]
	var one *hcl.Diagnostic
	if errors.As(d, &one) && one.Subject != nil {
		return fmt.Errorf("%s: %s: %s", one.Subject, one.Summary, one.Detail)
	}
	return d
}

package hcl

import (
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// typed is a variable while it is read: its type is no expression later on.
type typed struct {
	*config.Variable
	typeExpr config.Expr
}

var (
	variableFields = fields[typed]{
		{"type", func(v *typed) *config.Expr { return &v.typeExpr }},
		{"default", func(v *typed) *config.Expr { return &v.Default }},
		{"description", func(v *typed) *config.Expr { return &v.Description }},
		{"sensitive", func(v *typed) *config.Expr { return &v.Sensitive }},
		{"nullable", func(v *typed) *config.Expr { return &v.Nullable }},
	}
	variableForm     = &form{what: "A variable block", fields: variableFields.names(), blocks: []string{"validation"}}
	validationFields = fields[config.Validation]{
		{"condition", func(v *config.Validation) *config.Expr { return &v.Condition }},
		{"error_message", func(v *config.Validation) *config.Expr { return &v.ErrorMessage }},
	}
	validationForm = &form{what: "A validation block", fields: validationFields.names()}
)

func (r *reader) variable(b *hclsyntax.Block) {
	names, ok := r.labels(b, variableForm, 1, 1)
	if !ok {
		return
	}
	v := &typed{Variable: &config.Variable{Name: names[0], Range: header(b), Type: cty.DynamicPseudoType}}
	r.arguments(b.Body, variableForm, func(name string) *config.Expr { return variableFields.slot(v, name) })
	if a, ok := b.Body.Attributes["default"]; ok {
		v.Default = expr.Of(a.Expr) // a default of null is a default
	}
	if v.typeExpr != nil {
		r.typeOf(v)
	}
	for _, in := range b.Body.Blocks {
		if in.Type != "validation" {
			r.unknownBlock(in, variableForm)
			continue
		}
		c := &config.Validation{Range: header(in)}
		plain(r, in, validationForm, validationFields, c)
		v.Validations = append(v.Validations, c)
	}
	r.config.Variables = append(r.config.Variables, v.Variable)
}

func (r *reader) typeOf(v *typed) {
	ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(expr.Node(v.typeExpr))
	r.list.Append(expr.Problems(diags, diag.WrongType)...)
	if diags.HasErrors() {
		return
	}
	v.Type = ty
	if defaults != nil {
		v.Fill = func(given cty.Value) cty.Value {
			if given.IsNull() {
				return given
			}
			return defaults.Apply(given)
		}
	}
}

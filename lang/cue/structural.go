package cue

import (
	"cuelang.org/go/cue"

	"github.com/weirci/weir/lang/config"
)

// What gives the pipeline its structure: modules, outputs, checks of the
// compiled pipeline, moves.

var (
	moduleFields = fields[config.ModuleCall]{
		{"source", func(m *config.ModuleCall) *config.Expr { return &m.Source }, nil},
		{"version", func(m *config.ModuleCall) *config.Expr { return &m.Version }, nil},
		{"for_each", func(m *config.ModuleCall) *config.Expr { return &m.Repeat.ForEach }, (*reader).forEach},
		{"count", func(m *config.ModuleCall) *config.Expr { return &m.Repeat.Count }, nil},
	}
	moduleForm   = newForm("#Module", "A module", []string{"source"}, moduleFields.names())
	outputFields = fields[config.Output]{
		{"value", func(o *config.Output) *config.Expr { return &o.Value }, nil},
		{"description", func(o *config.Output) *config.Expr { return &o.Description }, nil},
		{"sensitive", func(o *config.Output) *config.Expr { return &o.Sensitive }, nil},
	}
	outputForm      = newForm("#Output", "An output", []string{"value"}, outputFields.names())
	assertionFields = fields[config.Validation]{
		{"condition", func(x *config.Validation) *config.Expr { return &x.Condition }, nil},
		{"error_message", func(x *config.Validation) *config.Expr { return &x.ErrorMessage }, nil},
	}
	assertionForm = newForm("#Assertion", "An assertion", []string{"condition", "error_message"}, assertionFields.names())
	movedFields   = fields[config.Moved]{
		{"from", func(m *config.Moved) *config.Expr { return &m.From }, (*reader).address},
		{"to", func(m *config.Moved) *config.Expr { return &m.To }, (*reader).address},
	}
	movedForm     = newForm("#Moved", "A move", []string{"from", "to"}, movedFields.names())
	removedFields = fields[config.Removed]{
		{"from", func(m *config.Removed) *config.Expr { return &m.From }, (*reader).address},
	}
	removedForm = newForm("#Removed", "A removal", []string{"from"}, removedFields.names())
)

// module reads a call: what is no field of every call is a value for one of
// the module's variables.
func (r *reader) module(n config.Name, v cue.Value) {
	m := &config.ModuleCall{Name: n, Range: n.Range}
	r.structure(v, moduleForm, func(name string, x cue.Value) bool {
		if !moduleFields.put(r, m, name, x) {
			if e := r.data(x); e != nil {
				m.Args = append(m.Args, config.Argument{Name: config.Name{Text: name, Range: r.texts.label(x)}, Value: e})
			}
		}
		return true
	})
	r.config.Calls = append(r.config.Calls, m)
}

func (r *reader) output(n config.Name, v cue.Value) {
	o := &config.Output{Name: n, Range: n.Range}
	plain(r, v, outputForm, outputFields, o)
	r.config.Outputs = append(r.config.Outputs, o)
}

func (r *reader) assertions(n config.Name, v cue.Value) {
	a := &config.Assertions{Name: n, Range: n.Range}
	r.elements(v, func(x cue.Value) {
		c := &config.Validation{Range: r.texts.header(x)}
		plain(r, x, assertionForm, assertionFields, c)
		a.Asserts = append(a.Asserts, c)
	})
	r.config.Checks = append(r.config.Checks, a)
}

func (r *reader) moved(v cue.Value) {
	m := &config.Moved{Range: r.texts.header(v)}
	plain(r, v, movedForm, movedFields, m)
	r.config.Moved = append(r.config.Moved, m)
}

func (r *reader) removed(v cue.Value) {
	m := &config.Removed{Range: r.texts.header(v)}
	plain(r, v, removedForm, removedFields, m)
	r.config.Removed = append(r.config.Removed, m)
}

package docs

import (
	"slices"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/expr"
)

// Page is what there is to say about a module. Expressions are their source.
type Page struct {
	Pipeline    string     `json:"pipeline"` // "" for a module
	Description string     `json:"description"`
	Variables   []Variable `json:"variables"`
	Outputs     []Output   `json:"outputs"`
	Resources   []Resource `json:"resources"`
	Jobs        []Job      `json:"jobs"`
	Modules     []Module   `json:"modules"`
}

// Variable is an input.
type Variable struct {
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	Required    bool     `json:"required"`
	Default     string   `json:"default"` // "" if required, or if it is sensitive
	Description string   `json:"description"`
	Sensitive   bool     `json:"sensitive"`
	Rules       []string `json:"validation"` // what is said where they do not hold
}

// Output is a value for the caller.
type Output struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Sensitive   bool   `json:"sensitive"`
}

// Resource is something with versions.
type Resource struct {
	Address string `json:"address"`
	Type    string `json:"type"`
	Repeats string `json:"repeats"` // for_each or count
	Every   string `json:"check_every"`
}

// Job is steps, and what starts them.
type Job struct {
	Address     string   `json:"address"`
	Description string   `json:"description"`
	Repeats     string   `json:"repeats"`
	Triggers    []string `json:"triggers"`
	Params      []Param  `json:"params"`
}

// Param is an input of a build that somebody starts.
type Param struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Default     string `json:"default"`
	Description string `json:"description"`
}

// Module is a call of another module.
type Module struct {
	Address string `json:"address"`
	Source  string `json:"source"`
	Version string `json:"version"`
	Repeats string `json:"repeats"`
}

// Of is the page of a configuration, each kind sorted by name.
func Of(cfg *config.Config) Page {
	p := Page{Variables: []Variable{}, Outputs: []Output{}, Resources: []Resource{}, Jobs: []Job{}, Modules: []Module{}}
	for _, b := range cfg.Pipelines {
		p.Pipeline, p.Description = b.Name.Text, text(b.Description)
	}
	for _, v := range cfg.Variables {
		p.Variables = append(p.Variables, variable(v))
	}
	for _, o := range cfg.Outputs {
		p.Outputs = append(p.Outputs, Output{Name: o.Name.Text, Description: text(o.Description), Sensitive: text(o.Sensitive) == "true"})
	}
	for _, r := range cfg.Resources {
		every := ""
		if r.Check != nil {
			every = text(r.Check.Every)
		}
		p.Resources = append(p.Resources, Resource{Address: "resource." + r.Type.Text + "." + r.Name.Text, Type: r.Type.Text, Repeats: repeats(r.Repeat), Every: every})
	}
	for _, j := range cfg.Jobs {
		p.Jobs = append(p.Jobs, job(j))
	}
	for _, m := range cfg.Calls {
		p.Modules = append(p.Modules, Module{Address: "module." + m.Name.Text, Source: text(m.Source), Version: text(m.Version), Repeats: repeats(m.Repeat)})
	}
	byName(p.Variables, func(v Variable) string { return v.Name })
	byName(p.Outputs, func(o Output) string { return o.Name })
	byName(p.Resources, func(r Resource) string { return r.Address })
	byName(p.Jobs, func(j Job) string { return j.Address })
	byName(p.Modules, func(m Module) string { return m.Address })
	return p
}

func byName[T any](all []T, name func(T) string) {
	slices.SortStableFunc(all, func(a, b T) int {
		switch a, b := name(a), name(b); {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	})
}

func variable(v *config.Variable) Variable {
	out := Variable{Name: v.Name.Text, Type: config.TypeText(v.Type), Required: v.Default == nil, Description: text(v.Description), Sensitive: text(v.Sensitive) == "true", Rules: []string{}}
	if v.Default != nil && !out.Sensitive {
		out.Default = expr.Source(v.Default)
	}
	for _, r := range v.Validations {
		out.Rules = append(out.Rules, text(r.ErrorMessage))
	}
	return out
}

// text is the text of a literal, or the source of what is none.
func text(e config.Expr) string {
	if e == nil {
		return ""
	}
	if v, ok := e.Literal(); ok && !v.IsNull() && v.Type().FriendlyName() == "string" {
		return v.AsString()
	}
	return expr.Source(e)
}

func repeats(r config.Repeat) string {
	switch {
	case r.ForEach != nil:
		return "for_each = " + expr.Source(r.ForEach)
	case r.Count != nil:
		return "count = " + expr.Source(r.Count)
	}
	return ""
}

package function

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Entry is a function with what people want to know of it.
type Entry struct {
	Name    string
	Group   string // the heading that it stands under
	About   string // whole sentences
	Params  []Param
	Example string // an expression
	Gives   string // what the example evaluates to, as an expression
	Files   bool   // it reads files, so it exists only while a pipeline is compiled

	function function.Function
}

// Param is a parameter of a function.
type Param struct {
	Name     string
	Type     string
	About    string
	Variadic bool // any number of them
}

// Signature is the function as it is called: join(separator, lists...).
func (e Entry) Signature() string {
	names := make([]string, len(e.Params))
	for i, p := range e.Params {
		names[i] = p.Name
		if p.Variadic {
			names[i] += "..."
		}
	}
	return e.Name + "(" + strings.Join(names, ", ") + ")"
}

// row is an Entry as the tables of this package write it. A parameter is
// "name: what it is".
type row struct {
	name     string
	function function.Function
	about    string
	params   []string
	example  string
	gives    string
}

func (r row) entry(group string) Entry {
	e := Entry{Name: r.name, Group: group, About: r.about, Example: r.example, Gives: r.gives}
	about := make([]string, len(r.params))
	positional := r.function.Params()
	for i, text := range r.params {
		name, what, _ := strings.Cut(text, ": ")
		p := Param{Name: name, About: what, Variadic: i >= len(positional)}
		if p.Variadic {
			p.Type = typeText(r.function.VarParam().Type)
		} else {
			p.Type = typeText(positional[i].Type)
		}
		e.Params = append(e.Params, p)
		about[i] = what
	}
	e.function = within(r.name, r.function.WithNewDescriptions(r.about, about))
	return e
}

func typeText(t cty.Type) string {
	if t == cty.DynamicPseudoType || t.IsCapsuleType() {
		return "any"
	}
	return strings.ReplaceAll(t.FriendlyNameForConstraint(), "any single type", "any")
}

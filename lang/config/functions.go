package config

import (
	"reflect"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// functionsName cannot be written in an expression.
const functionsName = "(functions)"

// functionTable is what a scope holds under that name.
type functionTable struct{ all map[string]function.Function }

var functionsType = cty.Capsule("functions", reflect.TypeFor[functionTable]())

// WithFunctions says which functions expressions in this scope may call. They
// are all that there are: those of the language among them.
func (s Scope) WithFunctions(all map[string]function.Function) {
	s[functionsName] = cty.CapsuleVal(functionsType, &functionTable{all})
}

// Functions are those of WithFunctions, or nil.
func (s Scope) Functions() map[string]function.Function {
	v, ok := s[functionsName]
	if !ok {
		return nil
	}
	return v.EncapsulatedValue().(*functionTable).all
}

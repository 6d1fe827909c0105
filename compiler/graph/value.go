package graph

// Value is data that the compiler carries but does not interpret: a resource's
// source, a step's params, an environment variable. It is one of Null, Bool,
// Number, String, List, Map, Deferred.
type Value interface{ value() }

// Null is an explicit null.
type Null struct{}

// Bool is true or false.
type Bool bool

// Number is a decimal number in its shortest plain form ("3", "-0.25"): no
// exponent, no leading +, no trailing zeros after the point.
type Number string

// String is UTF-8 text.
type String string

// List keeps its order.
type List []Value

// Map has text keys; its canonical form sorts them.
type Map map[string]Value

// Deferred is an expression that only a run can evaluate: HCL template source,
// with the compile-time values that it closes over, and the run-time roots it
// names ("version.app.ref", "build.number"), sorted.
type Deferred struct {
	Source string
	Closed Map
	Refs   []string
}

func (Null) value()     {}
func (Bool) value()     {}
func (Number) value()   {}
func (String) value()   {}
func (List) value()     {}
func (Map) value()      {}
func (Deferred) value() {}

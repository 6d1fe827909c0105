// Package config is what was written: the blocks of a pipeline as typed,
// position-carrying values, the same for every notation. Front ends make a
// Config; the compiler reads it and never changes it.
//
// Arguments are kept as expressions (Expr), not values: only the compiler knows
// what they may name. An absent argument is a nil Expr.
//
// No type of a front end's library appears here; values are cty values.
package config

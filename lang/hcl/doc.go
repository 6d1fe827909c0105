// Package hcl reads the HCL notation: all *.weir.hcl files of a directory into
// one config.Config. It knows the form of the language, which block may stand
// where and which arguments it takes, and nothing of what names mean: that is
// the compiler's.
//
// Files are parsed in parallel and syntax trees are walked directly; an
// argument becomes a config.Expr that keeps its node and is evaluated when the
// compiler asks.
package hcl

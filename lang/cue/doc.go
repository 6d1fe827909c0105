// Package cue reads the CUE notation: the *.cue files of a directory, which
// are one package, and with them *.weir.json and *.weir.yaml, into one
// config.Config. It knows the form of the language and nothing of what names
// mean: that is the compiler's, which says the same about both notations.
//
// The files are evaluated by CUE within a budget of time and memory, with
// nothing from outside but the values of variables: imports are CUE's own
// packages, those of the module around the directory, those vendored below its
// cue.mod, and weir.dev/schema@v0, which is part of the binary. The value that
// comes out is walked, and every field is held against the definition that
// applies to it, so that all problems are found at once, each in its place.
//
// Strings are templates of the HCL expression language: "${version.app.ref}".
package cue

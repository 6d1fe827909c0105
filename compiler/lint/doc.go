// Package lint says what is right in a pipeline but most likely not meant: rules
// over what was written (config) and what it compiles to (graph), each of which
// points at the source.
//
// A rule is one file: a function that gives a Rule, listed in rules.go. Beside it
// stand, in testdata/CODE, a bad example, which gives that code and no other, and
// a good one, which gives nothing.
//
//	pass       what all rules share: jobs and steps with where they were written,
//	           the names that are used, the literals
//	rules      each reports what it finds
//	settle     severities of the weir block, weir:ignore comments, repetitions
//
// Lint reads nothing and asks nobody: schemas of resource types and the tags of
// workers are given to it.
package lint

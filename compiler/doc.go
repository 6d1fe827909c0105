// Package compiler turns what was written into the plan graph: names become
// addresses, variables and locals become values, shared tasks and defaults are
// merged in, and everything that can be known to be wrong without running is
// reported, all of it at once.
//
// Compile is a function: the same Config gives the same bytes. It executes
// nothing and reads nothing.
//
// The stages, each of which sees only what those before it made:
//
//	symbols    which names there are; duplicates
//	values     variables, then locals in the order of their references
//	nodes      pipeline, resource types, resources, jobs: one unit of work each
//	passed     across jobs: versions that cannot come, cycles
//	graph      the Builder
package compiler

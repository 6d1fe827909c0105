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
//	symbols    which names a module defines; duplicates
//	expand     first phase: variables and locals, and by them which instances of
//	           which blocks there are, module by module, callers first
//	settle     second phase: references and outputs of modules, and what names them
//	nodes      pipeline, resource types, resources, jobs: one unit of work for each
//	           instance
//	passed     across jobs: versions that cannot come, cycles
//	history    old addresses; assertions on what was compiled
//	graph      the Builder
//
// A module instance is a module: its names, its scope, its place in the tree. A
// slot is a value that is computed in one or both phases.
package compiler

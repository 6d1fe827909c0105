// Package budget evaluates expressions within bounds. The library's evaluator
// has none: a few words can ask for a billion elements, or for a number whose
// digits fill the memory.
//
// Prepare puts meters into a syntax tree, once: around what runs again and
// again, what makes values larger than those it is given, and the operands of
// arithmetic. Value evaluates such a tree and stops it when it has used up what
// one expression may use. The bounds on single calls of functions are the
// functions' own.
package budget

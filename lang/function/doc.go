// Package function is the table of functions that expressions may call, in
// every notation, at compile time and in a run. They are pure: the same
// arguments (and the same files, for those that read one) give the same result
// on every machine, so there is no timestamp(), no uuid() and nothing that reads
// a network or an environment.
//
// Each function has its description, its parameters and an example in the
// table; the reference page and the editor's help are made of these. No call
// gives more than MaxResult bytes: what would is refused before it is computed.
package function

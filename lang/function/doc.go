// Package function is the table of functions that expressions may call, in
// every notation, at compile time and in a run: pure ones only. The same
// arguments give the same result on every machine, so there is no timestamp(),
// no uuid() and nothing that reads a network or an environment.
package function

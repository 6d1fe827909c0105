// Package state is the contract of what Weir remembers: the rows as types, one
// table of transitions for each state machine, and typed errors. The store is in
// package postgres; the PostgreSQL that Weir starts itself in package embedded.
//
// A terminal state never changes. Any transition that is not in a table here is
// a bug, and the store refuses it with a *TransitionError.
package state

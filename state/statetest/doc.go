// Package statetest is the suite that a store passes: what the reconciler relies
// on, stated as properties and tried with several servers at once.
package statetest

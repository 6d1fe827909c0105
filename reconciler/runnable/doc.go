// Package runnable says what of a graph this version cannot run. The language
// is ahead of the run time in places: what compiles, and is planned, is refused
// before it is applied where a build of it would not do what was written.
//
// It is one table: what the run time learns is taken out of it.
package runnable

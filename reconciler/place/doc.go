// Package place decides which worker gets which run. It is pure and takes all runs
// that wait and all workers at once, so that it can be fair: the oldest run first,
// in turns between the teams (checks are one), each to the least loaded worker that may have it.
//
// The steps of a build stay together: a build's first run chooses its worker, and
// the others follow it there, because their artifacts are there.
package place

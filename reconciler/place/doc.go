// Package place decides which worker gets which run. It is pure and takes all runs
// that wait and all workers at once, so that it can be fair: in turns between the teams
// (checks are one), of each team the oldest run of the highest priority first, each to
// the least loaded worker that may have it. A team's priorities are no matter to others.
//
// The steps of a build stay together: a build's first run chooses its worker, and
// the others follow it there, because their artifacts are there.
package place

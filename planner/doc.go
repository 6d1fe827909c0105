// Package planner compares the graph that is applied with the one that is
// wanted, and says what applying would change and what that would cause.
//
//	prior, desired ── Diff ─▶ changes ── Effects ─▶ sentences
//	                             └───── Plan ── Merge(current) ─▶ the graph to store, or what moved
//
// Everything here is a pure function of values. A Plan holds no time, no user
// and no machine: the same two graphs and observations give the same bytes. It is
// guarded address by address, by the spec digest that each change was made
// against, so that plans that touch different things do not get in each other's
// way. Saved plans are in package planfile; how a plan looks is no business of
// this package.
package planner

// Package explain has the long text of every code: what it means, why it is a
// problem, what to do about it, and two pipelines, one that has the problem and
// one that has not. A test compiles both, so the texts stay true.
//
// A text is the archive texts/CODE.txtar: its comment is markdown with the
// sections Why and What to do, its files are bad/… and good/…. A file named
// "NAME (N times)" holds its text N times, and one named args has arguments,
// one a line.
package explain

// Package sim drives the real deciders, through the real reconcilers, over a
// database in memory, with random histories: versions arrive, people trigger, abort,
// approve, pause, archive, pin, disable and have builds done again, runs end in every
// way and are reported late or twice, workers fall silent, come back with nothing and
// refuse new runs, not every worker may have every run, servers die or stand still in the middle, leases end under slow holders. A server's decision
// is interrupted between its looks and before its commit by whole decisions of others.
//
// DB is the model of the SQL in state/postgres: what a statement checks there is
// checked here. After each step Check asserts the invariants, and at the end of a
// history everything must come to rest, with nothing left that another look would
// find. A history follows from its seed. What Check is worth is tested by faults: the
// same deciders behind a store that lies, which it has to find out.
package sim

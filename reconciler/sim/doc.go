// Package sim drives the real deciders, through the real reconcilers, over a
// database in memory, with random histories: versions arrive, people trigger and
// abort, runs end in every way, workers fall silent and come back, servers die in
// the middle, leases end under slow holders. A server's decision is interrupted
// between its looks and before its commit by whole decisions of other servers.
//
// DB is the model of the SQL in state/postgres: what a statement checks there is
// checked here. After each step Check asserts the invariants, and at the end of a
// history everything must come to rest. A history follows from its seed.
package sim

// Package wire is the only place where concrete types meet: it builds the
// server, the reconciler, the worker with its runtime and the embedded
// PostgreSQL out of their parts, starts them, and ends them in the right order.
// The real clock and the real dice come from here.
//
//	Dev      = embedded PostgreSQL + Server + Worker, in one process
//	Server   = store + listener + API + workers' API + reconciler
//	Worker   = agent + runtime
//	Operator = the API's handlers on a database, with no server
package wire

// Command benchload measures the servers and their database under load: real
// `weir server` processes, a real PostgreSQL, and workers that speak the worker's
// protocol and run nothing, so that no container hides what the rest costs. It
// wants bin/weir; `make bench` runs it.
//
// A step transition is a change of a step's status that the database has: each
// task step makes two (running, succeeded). Processor time is read from the
// system: of the servers, of PostgreSQL with all its processes, and of the
// simulated workers, which on a real installation is elsewhere.
package main

// Package pace spreads checks that are due at once: so many a second for a server,
// and for each host that they ask. Nothing is refused; each has its turn, which it
// keeps however often it asks when that is.
//
// It remembers what one process did, and forgetting it costs nothing but pace.
package pace

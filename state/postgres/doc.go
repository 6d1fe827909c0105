// Package postgres is the store: all that Weir remembers, in PostgreSQL 13 or
// later. It is the only package that speaks SQL, which is in queries/*.sql and
// turned into Go by sqlc; what is built from it are methods of Store that each
// are one transaction.
//
// The methods are safe for concurrent use by any number of processes. Where
// several writers meet they lock in one order, so that none waits for another
// in a circle:
//
//	fence of a queue key → pipelines → objects → scopes → everything else → queue
//
// PgBouncer in transaction mode: open with WithDirectURL, a connection string past
// it for what needs a session (LISTEN, migrations). The size of the pool is
// pool_max_conns in the connection string.
package postgres

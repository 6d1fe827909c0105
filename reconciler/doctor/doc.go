// Package doctor judges a database: does it hold what the deciders, the schema and
// the store's statements are to keep? It only reads. Each invariant, and all places
// that check it, is a row of Invariants, which docs/invariants.md shows.
package doctor

// Package gc decides what on the workers is not wanted any more, and which rows
// are history. It is pure. Rows that are to go become destroying; the worker is
// told so, and the row is deleted when a heartbeat no longer lists the thing.
//
//	creating ─▶ created ─▶ destroying ─▶ (gone)
package gc

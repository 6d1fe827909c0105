// Package rundir keeps the directories of runs, below the worker's directory: one
// a run, with what the init needs and writes (package shim) and the runtime's own
// record of it. A run is there from Create until Remove, whatever dies between.
//
//	Create ─▶ (prepared) ─ Save ─▶ (recorded: it may have been started) ─▶ Remove
//
// A directory without a record is one whose start was cut short: nothing of it
// ever ran, and whoever opens the runtime again removes it.
package rundir

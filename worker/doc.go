// Package worker is the contract of what runs on a worker machine: a Task goes
// in, a Result comes out, a Runtime is what makes containers of one.
//
// Runtimes live in subfolders: containerd (isolation) and process (none, for
// machines without root). Both start the task under the small init of package
// shim, which writes the output as framed records to RunDir/log and the exit to
// RunDir/exit, so that neither is lost when the worker, or containerd, dies.
// Package agent dials the server, and drives a Runtime with what it is given.
//
//	Start ─ Wait ─▶ Exit ─ (outputs are volumes now) ─ Remove
//	   └── Kill ──────▲
//
// All calls are idempotent by run id and safe for concurrent use: Start of a run
// that is there already finds it, Kill and Remove of one that is gone succeed.
package worker

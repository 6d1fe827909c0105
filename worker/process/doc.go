// Package process runs tasks as plain processes of this machine: for laptops and
// machines without root or containerd. There is NO isolation: a task sees the
// machine's files, network and programs, with the worker's rights.
//
// Images, users, limits, privileged and hermetic are ignored; the task's program
// must be on the machine. A run's directory stands for its root: /tmp/build and
// the paths of all mounts are translated to it in arguments, environment and
// working directory. Inputs are copied, outputs and caches are links to volumes.
//
//	<dir>/runs/live/<run>/build   is /tmp/build
//	<dir>/runs/live/<run>/root    has what is mounted elsewhere
//
// Each run has its own init (package shim) in its own session, which a worker
// that died leaves running and the next one finds by pid and start time.
package process

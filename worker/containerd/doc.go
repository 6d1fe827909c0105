// Package containerd runs tasks in containers: an existing containerd (1.6 or
// later) by its address, or one that StartDaemon starts for this worker alone.
//
//	Start:  image ─ run directory ─ network namespace ─ record ─ container ─ task ─ started
//	end:    exit code ─ ended (recorded) ─ namespace back to the pool ─ task and container deleted
//	        (put off while others start)
//	Remove: what is left: run directory, log, record
//
// The root of a container is an overlay that this package makes itself: below, the
// layers that containerd unpacked, pinned by one view snapshot an image; above, a
// directory of the run. So a start makes no snapshot, and with "volatile" nothing
// is synced to disk. Inputs are overlays too, mounted by runc in the container's
// own mount namespace, so that none is ever left behind on the machine.
//
// The seccomp filter is Docker's default profile, compiled by runc once for each
// process of a worker, in a container that is never started, and installed by the
// init before it starts anything (package seccomp). What is executed in a container
// by containerd itself would be without it: nothing is.
//
// PID 1 is package shim's init. The exit code is containerd's where it still has
// the task, the init's exit file otherwise; an error of containerd is never taken
// for an exit code. Start is crash-safe: a run without a "started" record whose
// task does not run is forgotten by the next Open, and the server sends it again.
package containerd

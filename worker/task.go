package worker

import "time"

// BuildDir is the working tree of a step, in its container. Every runtime makes it.
const BuildDir = "/tmp/build"

// Task is one run: everything a Runtime needs to make its container. It is a
// value; nobody changes one after it was made.
type Task struct {
	RunID string // unique for ever; names the container, the run directory and the outputs
	Epoch int64  // of the assignment: a report with an older one is refused by the server

	Image   Image
	Argv    []string          // the program and its arguments
	Env     []string          // KEY=value, sorted
	Dir     string            // absolute working directory in the container
	User    string            // name, uid or uid:gid; "" is the image's own
	Stdin   []byte            // all of it; the program sees end of file after it
	Labels  map[string]string // pipeline, job, build, step: for logs and for people who look at containers
	Secrets []string          // what of it is secret: kept out of the log and the result

	Mounts         []Mount
	Privileged     bool // all capabilities, no seccomp, not a default
	Hermetic       bool // no network but loopback
	ResultOnStdout bool // stdout is a result (see Logs.ResultPath), not log
	Limits         Limits
	Timeout        time.Duration // 0: none; kept by the agent, not by the runtime

	HostNetwork bool      // the machine's own network, not one of the container's own
	Services    []Service // run beside it
}

// Service is a container beside a task's, in the same network: the task starts
// when it is ready, and it is gone when the task has ended. What it writes is in the
// task's log.
type Service struct {
	Name  string // the task, and other services, reach it by this name, and as localhost
	Image Image
	Argv  []string // none: the image's own command
	Env   []string // KEY=value, sorted
	User  string
	// Ready is a command that succeeds, in its container, when it is ready. Without
	// one it is when its program was started.
	Ready        []string
	ReadyTimeout time.Duration
	Privileged   bool
	Limits       Limits
}

// Image says what the root file system is made of. Exactly one field is set.
type Image struct {
	Ref     string // docker.io/library/busybox:1.36, host:5000/x@sha256:…, oci:/abs/path[:tag]
	Volume  string // the handle of a volume that holds an OCI layout, an image tar, or rootfs/
	BuiltIn string // a resource type inside weir itself: git, time, mock; an otherwise empty root
}

// Mount puts a volume into the container.
type Mount struct {
	Volume string    // handle
	Path   string    // absolute, in the container
	Kind   MountKind //
	From   string    // of an output: the volume that it begins with a copy of; Order sets it
}

// MountKind is how a volume is mounted.
type MountKind string

// The kinds of mounts.
const (
	MountInput  MountKind = "input"  // copy on write: the volume itself never changes
	MountOutput MountKind = "output" // the volume is made, empty but for what an input in its place has, and stays after the run
	MountCache  MountKind = "cache"  // made if missing, kept and shared by later runs
)

// Limits bound a container. Zero means no limit.
type Limits struct {
	CPUMillis   int64
	MemoryBytes int64
	Pids        int64
}

// Exit is how a run ended.
type Exit struct {
	Code      int       // of the program; 128 + n when signal n ended it
	OOM       bool      // the kernel killed it for its memory limit
	StartedAt time.Time // of the program
	EndedAt   time.Time
	// Err says why there is no exit code: the image is not to be had, the command
	// does not exist, the disk is full. Then Code is -1. One line, for people.
	Err string
	// Note is what else is to be said of a Code that is not 0: which services had
	// ended. One line, for people.
	Note string
	// Lost is set, with Err, where the cause lies with the worker, not with what
	// the user wrote: such a run may be tried again elsewhere.
	Lost bool
}

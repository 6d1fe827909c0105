// Package policy holds a pipeline to rules that its team wrote: CUE files that
// say, over the compiled graph, what is denied and what is warned of.
//
//	package policy
//
//	deny: [for s in input.steps if s.kind == "task" if s.privileged {
//		msg:     "privileged tasks are not allowed"
//		address: s.address
//	}]
//
// Each file is evaluated by itself, and the lists add up. A policy that cannot be
// evaluated denies: nothing passes because of a mistake in a policy.
//
// CUE cannot be interrupted, and its evaluation may take for ever, so a Sandbox
// runs it in a process of its own, with a limit of time and of memory. Main is
// that process. A policy sees nothing but its input: it imports CUE's own
// packages only, reads no file and asks no network.
package policy

// Package seccomp takes the system call filter that a container runtime made for
// one process, and gives it to others.
//
// A runtime compiles the filter of each container anew: libseccomp needs some
// 15 ms of CPU for the default profile and its three ABIs, which is more than the
// rest of a small container takes. The filter is the same each time. So a worker
// has the runtime make it once, reads it back from the kernel, and its init
// installs it in each container before anything of the user's is started.
//
// What is installed is, byte for byte, what the runtime made on this machine, with
// all ABIs and with its answers to system calls newer than its library: nothing
// here compiles, or changes, a filter. See seccomp(2), and PTRACE_SECCOMP_GET_FILTER
// in ptrace(2), which wants CAP_SYS_ADMIN, a kernel with CONFIG_CHECKPOINT_RESTORE,
// and a reader that is not itself filtered; where one of these is missing, Read
// says so and containers are filtered by their runtime as usual.
package seccomp

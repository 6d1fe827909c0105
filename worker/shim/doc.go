// Package shim is the small init of every run: PID 1 of a container, and the
// detached parent of a run without one. It is weir's own binary, started as
// `weir init DIR`; main calls Main before it does anything else.
//
//	DIR/init.json                what to run; only read
//	DIR/log                      framed records of both streams (package logfile)
//	DIR/stdout                   the raw result, where stdout is one
//	DIR/exit                     blank until the program has ended, then one JSON line
//
// Inside a container these are single bind-mounted files, so that the program
// cannot put a symbolic link where the worker reads.
//
// It starts the program, writes down its output in the order in which it
// arrives, reaps orphans, hands signals on to every process of the run (USR2
// means: kill them all), writes DIR/exit, and exits as the program did. Its own
// failures have the exit code FailCode, and their text in DIR/exit.
//
// All of this is independent of the worker and of containerd: either may die and
// come back and finds everything here.
package shim

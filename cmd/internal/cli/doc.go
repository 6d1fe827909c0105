// Package cli is the command line: one file a command. A command reads its flags
// into a struct of its own, asks an API or package wire for the work, and hands
// the answer to package view. Every failure comes back as an error and is
// rendered once, in Main; there is no other place that exits.
//
// Exit codes: 0 done, 1 a build failed, 2 errored or bad usage, 3 aborted;
// 130 a person stopped it.
package cli

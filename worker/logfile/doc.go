// Package logfile is the form in which the output of a run is kept: one file of
// framed records, both streams in the order in which they arrived. The init
// writes it, the agent ships it in whole records, servers keep and show it.
//
//	┌────────┬──────────────────────┬────────────────┬──────┐
//	│ stream │ unix time, ns, 8 B BE │ length, 4 B BE │ data │
//	└────────┴──────────────────────┴────────────────┴──────┘
//
// A position in a log is a byte offset in this file; a file is only appended to.
// A file may end in the middle of a record (it is being written, or the machine
// died): Split says how much of it is whole.
package logfile

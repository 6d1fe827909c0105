// Package lines makes lines of the records of a run's log: both streams in the
// order in which their lines ended, numbered. The same records give the same
// lines with the same numbers, however they are cut into chunks, so a reader who
// lost its stream goes on after the last number that it saw.
package lines

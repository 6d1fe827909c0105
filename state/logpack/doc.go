// Package logpack is how pieces of logs are kept: framed records (package
// worker/logfile) as one zstd frame, or as they are where that is not smaller. A
// piece says itself which it is: no record begins as a frame does.
package logpack

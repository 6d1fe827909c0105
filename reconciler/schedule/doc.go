// Package schedule decides which builds a job gets, and with which versions. It is
// pure.
//
// A job's inputs are the gets of its tree. Resolve finds the versions for a build:
// the best combination, input by input in source order, such that inputs which
// passed the same job come out of one and the same build of it. "Best" is the
// newest version, or, with version = "every", the oldest that the job has not had.
//
// A build is made when a version that the job has not had before arrives at an
// input with trigger = true. It starts at once or is not made: what keeps a job
// from starting (max_in_flight, a serial group, a pause) is a condition of the job,
// and the versions are chosen when there is room. Builds that people asked for are
// rows already, and wait as pending, with the reason.
package schedule

package worker

import "errors"

// ErrUnknownRun is returned for a run that this worker has never heard of.
var ErrUnknownRun = errors.New("unknown run")

// DiskFull is in the error of a run whose output was lost to a full disk.
const DiskFull = "the disk is full"

// UserError wraps what is wrong with the task itself (an image that does not
// exist, a command that does not exist): trying again would not help.
type UserError struct{ Err error }

func (e *UserError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *UserError) Unwrap() error { return e.Err }

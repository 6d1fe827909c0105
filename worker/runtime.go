package worker

import (
	"context"
	"time"
)

// Runtime makes containers. Every implementation passes workertest.Runtime.
type Runtime interface {
	// Start prepares volumes, image and container and starts the program. It
	// returns when the program runs, or with an error that wraps UserError
	// where the task itself is at fault. Either way it says where the time went;
	// nothing where the run was there already.
	Start(ctx context.Context, t Task) (Spent, error)
	// Wait blocks until the run ends, also for a run that an earlier process of
	// this worker started. A run nobody knows gives ErrUnknownRun.
	Wait(ctx context.Context, runID string) (Exit, error)
	// Kill sends TERM, and KILL after grace, to every process of the run.
	Kill(ctx context.Context, runID string, grace time.Duration) error
	// Remove deletes container, run directory and log; outputs and caches stay.
	Remove(ctx context.Context, runID string) error
	// List gives the ids of all runs that have a container or a run directory.
	List(ctx context.Context) ([]string, error)
}

// Images says which images runs were made of. A runtime that has none does not
// implement it.
type Images interface {
	// ImagesOf gives the digests of the images of a run that runs, by their
	// references, of those that were named without one.
	ImagesOf(runID string) map[string]string
}

// Imageless is a runtime whose runs have no root of their own: what they name as their
// image is not needed.
type Imageless interface{ IgnoresImages() bool }

// Volumes are directories with handles that outlive containers.
type Volumes interface {
	// ListVolumes gives the handles of all volumes.
	ListVolumes(ctx context.Context) ([]string, error)
	// RemoveVolume deletes one; one that is not there is no error.
	RemoveVolume(ctx context.Context, handle string) error
}

// Logs gives access to what runs have written.
type Logs interface {
	// LogPath is the file of framed records (package shim) of a run.
	LogPath(runID string) string
	// ResultPath is the file with the program's raw standard output where the
	// task is a resource's check, in or out; the log has only its stderr then.
	ResultPath(runID string) string
}

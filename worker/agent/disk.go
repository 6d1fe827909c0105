package agent

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/weirci/weir/worker"
)

// fullBelow is the free space of a disk that is full: what is left may be too
// little for a program's next write.
const fullBelow = 256 << 10

// isDiskFull also knows the error where only its text came from another process.
func isDiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) ||
		strings.Contains(err.Error(), syscall.ENOSPC.Error())
}

func (a *Agent) diskIsFull() string {
	return fmt.Sprintf("the disk of worker %s is full (%s)", a.opts.Name, a.opts.Dir)
}

// A worker takes no new runs while less than this is free: a part of the disk, but
// of a large one no more than what a large checkout takes.
// It is looked at that often.
const (
	spareParts = 20
	spareMost  = 2 << 30
	diskEvery  = time.Second
)

// refuses says why the worker is to get no new runs.
func (a *Agent) refuses() string {
	free, total, ok := diskSpace(a.opts.Dir)
	if !ok {
		return ""
	}
	return tight(free, total)
}

func tight(free, total uint64) string {
	if free >= min(total/spareParts, spareMost) {
		return ""
	}
	return fmt.Sprintf("the disk is nearly full (%d MiB free of %d)", free>>20, total>>20)
}

// withCause says of a program that failed on a full disk that this is the worker's
// state and not what the program found. It is not run again by itself: it may be
// what fills the disk.
func (r *run) withCause(exit worker.Exit) worker.Exit {
	if strings.Contains(exit.Err, worker.DiskFull) {
		exit.Err, exit.Code, exit.Lost = r.fleet.agent.diskIsFull()+": "+exit.Err, -1, false
		return exit
	}
	if exit.Code <= 0 || exit.Err != "" || exit.OOM || r.rec.timedOut {
		return exit
	}
	if free, ok := freeSpace(r.fleet.agent.opts.Dir); !ok || free >= fullBelow {
		return exit
	}
	exit.Err = fmt.Sprintf("%s: the program ended with exit code %d", r.fleet.agent.diskIsFull(), exit.Code)
	exit.Code = -1
	return exit
}

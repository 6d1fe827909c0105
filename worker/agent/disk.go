package agent

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

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

package agent

import (
	"context"
	"os"
)

// raze removes everything that is here: the worker has retired, and no row wants
// any of it. What cannot be removed is told, and left.
func (f *fleet) raze(ctx context.Context) {
	log := f.agent.opts.Log
	ids, err := f.agent.opts.Runtime.List(ctx)
	if err != nil {
		log.Warn("cannot list the runs that are left", "err", err)
	}
	for _, id := range ids {
		f.remove(id)
	}
	handles, err := f.agent.opts.Volumes.ListVolumes(ctx)
	if err != nil {
		log.Warn("cannot list the volumes that are left", "err", err)
	}
	for _, h := range handles {
		f.removeVolume(h)
	}
}

func (a *Agent) forgetKey() {
	if err := os.Remove(a.keyFile()); err != nil && !os.IsNotExist(err) {
		a.opts.Log.Warn("cannot remove the key", "err", err)
	}
}

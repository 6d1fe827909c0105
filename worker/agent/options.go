package agent

import (
	"errors"
	"log/slog"
	"time"

	"github.com/weirci/weir/worker"
)

// Options is what an agent is made of. All fields are needed but those that say
// otherwise.
type Options struct {
	ServerURL string // https://weir.example:7777; http:// only to this machine
	CAFile    string // PEM of who may vouch for the server; "": the system's

	Name     string // unique among all workers
	Key      string // the worker's own key; "": the one in Dir, or by EnrolKey
	EnrolKey string // may be "" for a worker that has enrolled before
	Dir      string // for this agent alone; made if missing

	Runtime     worker.Runtime
	Volumes     worker.Volumes
	Logs        worker.Logs
	RuntimeName string // containerd, process

	Capacity int      // runs in flight, at most
	Tags     []string // may be empty
	Platform string   // linux/amd64
	Size     Size
	Version  string

	Now  func() time.Time
	Rand func() float64 // in [0,1), spreads retries; nil: no spread
	Log  *slog.Logger   // nil: none
}

// Size is what the worker has for its runs, and how much of it it gives; 0: it does
// not say, and any number fits.
type Size struct {
	CPU       int64 // thousandths of cores
	Memory    int64 // bytes
	MaxTasks  int   // at once
	MaxBuilds int   // likewise
}

func (o *Options) complete() error {
	switch {
	case o.ServerURL == "":
		return errors.New("the server's URL is missing")
	case o.Name == "":
		return errors.New("the worker's name is missing")
	case o.Dir == "":
		return errors.New("the worker's directory is missing")
	case o.Runtime == nil || o.Volumes == nil || o.Logs == nil:
		return errors.New("the runtime is missing")
	case o.Capacity < 1:
		return errors.New("the capacity must be at least 1")
	case o.Now == nil:
		return errors.New("the clock is missing")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Rand == nil {
		o.Rand = func() float64 { return 0.5 }
	}
	return nil
}

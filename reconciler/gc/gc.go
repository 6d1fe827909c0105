package gc

import (
	"slices"
	"time"

	"github.com/weirci/weir/state"
)

// Status is of a container or volume.
type Status string

// The states that matter here.
const (
	Created    Status = "created"
	Destroying Status = "destroying"
)

// Container is a row of containers. Ended is when the build that its run belongs
// to ended, or the run, if it was a check; zero: not yet. Failed is when the newest
// build of a job ended that did not succeed: somebody may want to look into it.
// Pressed: its worker has little room left.
type Container struct {
	Run      string
	Status   Status
	Ended    time.Time
	Worker   string
	RunEnded time.Time // zero: it runs
	Failed   time.Time
	Pressed  bool
}

// Volume is a row of volumes. Orphan: its build is deleted, or the job whose cache
// it is. Of a cache Ended is its last use. Failed is when the newest build of a job
// ended that had it and did not succeed: somebody may want to go on from there.
type Volume struct {
	Worker, Handle string
	Cache          bool
	Status         Status
	Ended          time.Time
	Orphan         bool
	Failed         time.Time
}

// Worker is a row of workers. Used: it has runs that have not ended.
type Worker struct {
	ID        string
	Status    state.WorkerStatus
	Heartbeat time.Time
	Used      bool
}

// State is everything there is to decide on.
type State struct {
	Containers []Container
	Volumes    []Volume
	Workers    []Worker
}

// Keep says for how long things stay that nothing needs.
type Keep struct {
	Ended  time.Duration // containers and outputs, after their build; for people who look
	Worker time.Duration // a worker that does not answer
	Failed time.Duration // artifacts of a job's newest build, when it did not succeed
	Cache  time.Duration // a cache, after its last use
	// Failed containers of a job's newest build, when it did not succeed; and of all
	// that are kept so many a worker.
	Container  time.Duration
	Containers int
	Loose      time.Duration // the pieces in which a log came, after its build; then they are put together
}

// DefaultKeep is what a server uses that is not told otherwise.
func DefaultKeep() Keep {
	return Keep{Ended: time.Minute, Worker: 24 * time.Hour, Failed: 120 * time.Hour, Cache: 14 * 24 * time.Hour, Loose: time.Minute, Container: time.Hour, Containers: 20}
}

// Command is one thing to be done.
type Command interface{ command() }

// DestroyContainer removes a run's container, directory and log from its worker.
type DestroyContainer struct{ Run string }

// DestroyVolume removes a volume.
type DestroyVolume struct {
	Worker, Handle string
	Cache          bool
}

// DeleteWorker forgets a worker, and with it what was there.
type DeleteWorker struct{ Worker string }

func (DestroyContainer) command() {}
func (DestroyVolume) command()    {}
func (DeleteWorker) command()     {}

// Decide says what is to go now, and when to look again; zero: when something ends.
func Decide(s State, keep Keep, now time.Time) ([]Command, time.Time) {
	d := decider{now: now}
	crowd := crowded(s.Containers, keep.Containers)
	for _, c := range s.Containers {
		if c.Status != Destroying && (crowd[c.Run] || d.containerOver(c, keep)) {
			d.out = append(d.out, DestroyContainer{c.Run})
		}
	}
	for _, v := range s.Volumes {
		if v.Status != Destroying && d.volumeOver(v, keep) {
			d.out = append(d.out, DestroyVolume{v.Worker, v.Handle, v.Cache})
		}
	}
	for _, w := range s.Workers {
		if w.Status == state.WorkerStalled && !w.Used && d.over(w.Heartbeat, keep.Worker) {
			d.out = append(d.out, DeleteWorker{w.ID})
		}
	}
	return d.out, d.next
}

type decider struct {
	now, next time.Time
	out       []Command
}

// containerOver: what is kept for people to look at makes room for what is to run.
func (d *decider) containerOver(c Container, keep Keep) bool {
	switch {
	case c.Pressed && !c.RunEnded.IsZero():
		return true
	case !c.Failed.IsZero():
		return d.over(c.Failed, keep.Container)
	}
	return d.over(c.Ended, keep.Ended)
}

// crowded are the runs whose containers are more than a worker keeps: those that
// ended first.
func crowded(containers []Container, most int) map[string]bool {
	kept := map[string][]Container{}
	for _, c := range containers {
		if c.Status != Destroying && !c.RunEnded.IsZero() {
			kept[c.Worker] = append(kept[c.Worker], c)
		}
	}
	out := map[string]bool{}
	for _, of := range kept {
		slices.SortStableFunc(of, func(a, b Container) int { return b.RunEnded.Compare(a.RunEnded) })
		for _, c := range of[min(most, len(of)):] {
			out[c.Run] = true
		}
	}
	return out
}

func (d *decider) volumeOver(v Volume, keep Keep) bool {
	switch {
	case !v.Failed.IsZero() && !d.over(v.Failed, keep.Failed):
		return false
	case v.Orphan:
		return true
	case v.Cache:
		return d.over(v.Ended, keep.Cache)
	}
	return d.over(v.Ended, keep.Ended)
}

// over says that something that ended has been kept for long enough, and notes
// when that will be so.
func (d *decider) over(ended time.Time, keep time.Duration) bool {
	if ended.IsZero() {
		return false
	}
	at := ended.Add(keep)
	if !at.After(d.now) {
		return true
	}
	if d.next.IsZero() || at.Before(d.next) {
		d.next = at
	}
	return false
}

package agent

import (
	"context"
	"sync"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// remembered is how many ended runs are remembered, so that an order that was
// still on its way when its run ended does not run it again.
const remembered = 4096

// fleet is the runs that are here. It has a lock, not an owning goroutine:
// orders, ends and heartbeats come from three sides, and none may wait for a
// call to the server that another one makes.
type fleet struct {
	ctx     context.Context // ends when the agent stops working
	agent   *Agent
	images  *bringer
	watcher *watcher // nil: there is none
	wg      sync.WaitGroup

	mu     sync.Mutex
	runs   map[string]*run
	ended  map[string]int64 // run → epoch
	order  []string         // of ended, oldest first
	online chan struct{}    // closed, and made anew, at each registration
}

func newFleet(ctx context.Context, a *Agent, w *watcher) *fleet {
	return &fleet{ctx: ctx, agent: a, watcher: w, runs: map[string]*run{}, ended: map[string]int64{}, online: make(chan struct{})}
}

// start obeys an order. It returns at once.
func (f *fleet) start(order *weirv1.Start) {
	rec := record{order: order, received: f.agent.opts.Now()}
	if !validID(rec.id()) {
		f.agent.opts.Log.Error("the server sent a run with an id that cannot be", "run", rec.id())
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if epoch, ok := f.ended[rec.id()]; ok && epoch >= rec.epoch() {
		return
	}
	old := f.runs[rec.id()]
	if old != nil && old.rec.epoch() >= rec.epoch() {
		return
	}
	r := f.add(rec)
	f.wg.Go(func() {
		if old != nil { // assigned here before, and taken away since
			old.discard()
		}
		r.drive(true)
	})
}

// adopt goes on with a run of an earlier process.
func (f *fleet) adopt(rec record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.add(rec)
	f.wg.Go(func() { r.drive(false) })
}

func (f *fleet) add(rec record) *run {
	r := newRun(f, rec)
	f.runs[rec.id()] = r
	return r
}

// kill is an order; nothing happens where the run is gone.
func (f *fleet) kill(k *weirv1.Kill) {
	if r := f.get(k.GetRunId()); r != nil && r.rec.epoch() == k.GetEpoch() {
		r.kill(time.Duration(k.GetGraceMs()) * time.Millisecond)
	}
}

// settle tells the runs that go on where the server's logs end, and gives up
// those that are not this worker's any more.
func (f *fleet) settle(positions []*weirv1.LogPosition, forget []*weirv1.RunRef) {
	f.mu.Lock()
	close(f.online)
	f.online = make(chan struct{})
	f.mu.Unlock()
	for _, p := range positions {
		if r := f.get(p.GetRunId()); r != nil {
			r.log.seek(p.GetOffset())
		}
	}
	for _, ref := range forget {
		f.forget(ref.GetRunId())
	}
}

// forget kills and removes a run, of which nobody wants to hear any more.
func (f *fleet) forget(id string) {
	r := f.get(id)
	f.wg.Go(func() {
		if r == nil {
			f.clean(id)
			return
		}
		r.discard()
		f.drop(r)
	})
}

// clean kills and removes what the runtime has of a run. What cannot be removed
// now is in the next heartbeat, and the server orders it again.
func (f *fleet) clean(id string) {
	log := f.agent.opts.Log.With("run", id)
	if err := f.agent.opts.Runtime.Kill(f.ctx, id, 0); err != nil {
		log.Warn("cannot kill a run that is not wanted", "err", err)
	}
	f.remove(id)
	if err := f.agent.records.remove(id); err != nil {
		log.Warn("cannot remove a record", "err", err)
	}
	f.agent.beat()
}

func (f *fleet) remove(id string) {
	if err := f.agent.opts.Runtime.Remove(f.ctx, id); err != nil && f.ctx.Err() == nil {
		f.agent.opts.Log.Warn("cannot remove a run; tried again when the server asks", "run", id, "err", err)
	}
}

// finished is called when the server has acknowledged the end of a run. Its
// record goes first: a run without one is a leftover, whoever finds it. What is kept
// for people is one that the server knows of, and has destroyed in time.
func (f *fleet) finished(r *run) {
	id := r.rec.id()
	f.drop(r)
	if err := f.agent.records.remove(id); err != nil {
		f.agent.opts.Log.Warn("cannot remove a record", "run", id, "err", err)
	}
	if f.agent.wanted.Load() != wantRunning {
		f.agent.beat()
	}
	if !r.kept {
		f.wg.Go(func() { f.remove(id) })
	}
}

// drop takes a run off the list, and remembers it.
func (f *fleet) drop(r *run) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := r.rec.id()
	if f.runs[id] == r {
		delete(f.runs, id)
	}
	if _, ok := f.ended[id]; !ok {
		f.order = append(f.order, id)
	}
	f.ended[id] = max(f.ended[id], r.rec.epoch())
	if len(f.order) > remembered {
		delete(f.ended, f.order[0])
		f.order = f.order[1:]
	}
}

// destroy removes what no row wants.
func (f *fleet) destroy(d *weirv1.Destroy) {
	for _, id := range d.GetRuns() {
		f.forget(id)
	}
	for _, handle := range d.GetVolumes() {
		f.wg.Go(func() { f.removeVolume(handle) })
	}
}

func (f *fleet) removeVolume(handle string) {
	if err := f.agent.opts.Volumes.RemoveVolume(f.ctx, handle); err != nil && f.ctx.Err() == nil {
		f.agent.opts.Log.Warn("cannot remove a volume; tried again when the server asks", "volume", handle, "err", err)
	}
}

// usesImage says that a run here has its image in a volume.
func (f *fleet) usesImage(volume string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.runs {
		if r.task.Image.Volume == volume {
			return true
		}
	}
	return false
}

func (f *fleet) get(id string) *run {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.runs[id]
}

// refs is every run that the agent knows, and the leftovers that only the
// runtime knows, with epoch 0.
func (f *fleet) refs(found []string) []*weirv1.RunRef {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []*weirv1.RunRef
	for _, r := range f.runs {
		out = append(out, r.rec.ref())
	}
	for _, id := range found {
		if _, ok := f.runs[id]; !ok {
			out = append(out, &weirv1.RunRef{RunId: id})
		}
	}
	return out
}

// pause waits before another try, or until the server is there again.
func (f *fleet) pause(ctx context.Context, d time.Duration) error {
	f.mu.Lock()
	online := f.online
	f.mu.Unlock()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-online:
	case <-ctx.Done():
	}
	return ctx.Err()
}

func (f *fleet) empty() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.runs) == 0
}

// wait returns when nothing works any more, after ctx has ended.
func (f *fleet) wait() {
	f.wg.Wait()
	if f.watcher != nil {
		f.watcher.close()
	}
}

package reconciler

import (
	"context"
	"time"

	"github.com/weirci/weir/reconciler/gc"
	"github.com/weirci/weir/state"
)

const (
	collectEvery = time.Minute
	checksKept   = 10 * time.Minute
)

// collect looks for what is not wanted any more, puts together what is kept of
// builds that have ended, and seals the audit.
func (r *Reconciler) collect(ctx context.Context, c state.Claim) (time.Time, error) {
	snap, err := r.store.LoadGarbage(ctx, state.GarbageKeep{Ended: r.Keep.Ended, Failed: r.Keep.Failed})
	if err != nil {
		return time.Time{}, err
	}
	commands, next := gc.Decide(garbage(snap), r.Keep, snap.Now)
	if at := snap.Now.Add(collectEvery); next.IsZero() || next.After(at) {
		next = at
	}
	if err := r.store.CommitGarbage(ctx, c, snap, garbageChange(snap, commands)); err != nil {
		return next, err
	}
	more, err := r.store.PackLogs(ctx, c, snap.Now.Add(-r.Keep.Loose))
	if err != nil {
		return next, err
	}
	events, err := r.audit(ctx)
	if err != nil {
		return next, err
	}
	old, err := r.store.ForgetNotifications(ctx, r.KeepNotifications)
	if more || events || old {
		next = snap.Now
	}
	return next, err
}

// audit gives new events their place in the audit's chain, and ends what is kept for
// long enough.
func (r *Reconciler) audit(ctx context.Context) (more bool, err error) {
	if more, err = r.store.SealAudit(ctx); err != nil || r.KeepAudit == 0 {
		return more, err
	}
	again, err := r.store.ForgetAudit(ctx, r.KeepAudit)
	return more || again, err
}

func garbage(snap state.GarbageSnapshot) gc.State {
	var s gc.State
	for _, c := range snap.Containers {
		s.Containers = append(s.Containers, gc.Container{
			Run: c.Run, Status: gc.Created, Ended: c.Ended, Worker: c.Worker, RunEnded: c.RunEnded, Failed: c.Failed, Pressed: c.Pressed,
		})
	}
	for _, v := range snap.Volumes {
		s.Volumes = append(s.Volumes, gc.Volume{Worker: v.Worker, Handle: v.Handle, Cache: v.Cache, Status: gc.Created, Ended: v.Ended, Failed: v.Failed, Orphan: v.Orphan})
	}
	for _, w := range snap.Workers {
		s.Workers = append(s.Workers, gc.Worker{ID: w.ID, Status: w.Status, Heartbeat: w.Heartbeat, Used: w.InFlight > 0})
	}
	return s
}

func garbageChange(snap state.GarbageSnapshot, commands []gc.Command) state.GarbageChange {
	ch := state.GarbageChange{ChecksOver: snap.Now.Add(-checksKept)}
	for _, cmd := range commands {
		switch c := cmd.(type) {
		case gc.DestroyContainer:
			ch.Containers = append(ch.Containers, c.Run)
		case gc.DestroyVolume:
			ch.Volumes = append(ch.Volumes, state.GarbageVolume{Worker: c.Worker, Handle: c.Handle, Cache: c.Cache})
		case gc.DeleteWorker:
			ch.Workers = append(ch.Workers, c.Worker)
		}
	}
	return ch
}

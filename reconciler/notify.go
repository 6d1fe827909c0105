package reconciler

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/weirci/weir/reconciler/notify"
	"github.com/weirci/weir/state"
)

// Notifications is what sending notifications needs.
type Notifications interface {
	LoadNotifications(ctx context.Context, build, address string) (state.NotificationSnapshot, error)
	LoadDelivery(ctx context.Context, id string) (state.Delivery, error)
	CommitNotification(ctx context.Context, c state.Claim, ch state.NotificationChange) error
	ForgetNotifications(ctx context.Context, older time.Duration) (more bool, err error)
}

// Outbound sends notifications. Deliver gives up by itself when it takes too long,
// and is safe for concurrent use; Done is told what became of each.
type Outbound interface {
	Deliver(ctx context.Context, d state.Delivery) state.Delivered
	Done(ch state.NotificationChange)
}

// notify looks at what is to be told to an address of a build.
func (r *Reconciler) notify(ctx context.Context, c state.Claim) (time.Time, error) {
	build, address, _ := strings.Cut(c.Key.ID(), "/")
	snap, err := r.store.LoadNotifications(ctx, build, address)
	if err != nil {
		return time.Time{}, err
	}
	switch d := notify.Decide(snap, r.NotifyLimits); cmd := d.Command.(type) {
	case notify.Send:
		return r.send(ctx, c, cmd.Row, snap)
	case notify.Settle:
		return snap.Now, r.told(ctx, c, cmd.Change)
	default:
		return d.Wake, nil
	}
}

// send sends one notification, and says when there is more to do.
func (r *Reconciler) send(ctx context.Context, c state.Claim, row state.NotificationRow, snap state.NotificationSnapshot) (time.Time, error) {
	if r.Outbound == nil { // of a program that only looks
		return time.Time{}, nil
	}
	d, err := r.store.LoadDelivery(ctx, row.ID)
	if errors.Is(err, state.ErrNotFound) { // the pipeline changed just now
		return snap.Now, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	began, place := r.Now(), d.Team+"/"+d.Pipeline+"/"+d.Address
	if wait, ok := r.sending.begin(place, began); !ok {
		return snap.Now.Add(wait + time.Duration(float64(wait)*r.Rand())), nil
	}
	got := r.Outbound.Deliver(ctx, d)
	r.sending.end(place, got, r.Now(), r.NotifyLimits)
	if ctx.Err() != nil { // the lease is gone, or the server ends: what arrived is not known
		return time.Time{}, ctx.Err()
	}
	now := snap.Now.Add(r.Now().Sub(began))
	ch := notify.After(row, got, r.NotifyLimits, now, r.Rand())
	if err := r.told(ctx, c, ch); err != nil {
		return time.Time{}, err
	}
	return next(snap, ch, now, r.NotifyLimits), nil
}

// next is when to look again, after a change.
func next(snap state.NotificationSnapshot, ch state.NotificationChange, now time.Time, l notify.Limits) time.Time {
	snap.Now = now
	for i, row := range snap.Rows {
		if row.ID == ch.ID {
			snap.Rows[i].State, snap.Rows[i].Attempts, snap.Rows[i].Next = ch.State, ch.Attempts, ch.Next
		}
	}
	d := notify.Decide(snap, l)
	if d.Command != nil {
		return now
	}
	return d.Wake
}

func (r *Reconciler) told(ctx context.Context, c state.Claim, ch state.NotificationChange) error {
	if err := r.store.CommitNotification(ctx, c, ch); err != nil {
		return err
	}
	if r.Outbound != nil {
		r.Outbound.Done(ch)
	}
	return nil
}

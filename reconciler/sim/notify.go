package sim

import (
	"context"
	"time"

	"github.com/weirci/weir/state"
)

// The pipelines of the simulator tell nobody anything: what is sent changes nothing
// that they do.

// LoadNotifications implements reconciler.Notifications.
func (db *DB) LoadNotifications(context.Context, string, string) (state.NotificationSnapshot, error) {
	return state.NotificationSnapshot{}, state.ErrNotFound
}

// LoadDelivery implements reconciler.Notifications.
func (db *DB) LoadDelivery(context.Context, string) (state.Delivery, error) {
	return state.Delivery{}, state.ErrNotFound
}

// CommitNotification implements reconciler.Notifications.
func (db *DB) CommitNotification(context.Context, state.Claim, state.NotificationChange) error {
	return state.ErrNotFound
}

// ForgetNotifications implements reconciler.Notifications.
func (db *DB) ForgetNotifications(context.Context, time.Duration) (bool, error) { return false, nil }

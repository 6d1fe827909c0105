package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// NotificationFilter says which notifications are meant.
type NotificationFilter struct {
	Pipeline string // "": all of the team
	Dead     bool   // only those that were given up
	ID       string // "": any
	Most     int
}

// Notifications are a team's, newest first.
func (s *Store) Notifications(ctx context.Context, team string, f NotificationFilter) ([]state.NotificationInfo, error) {
	rows, err := s.q.ListNotifications(ctx, db.ListNotificationsParams{Team: team, Pipeline: f.Pipeline, Dead: f.Dead, ID: f.ID, Most: int32(f.Most)})
	out := make([]state.NotificationInfo, len(rows))
	for i, r := range rows {
		out[i] = state.NotificationInfo{
			Number: r.Number, ID: r.ID, Pipeline: r.Pipeline, Address: r.Address, Kind: r.Kind, Job: graph.Address(r.Job), Build: r.Build,
			Status: r.Status, Change: r.Change, State: state.NotificationState(r.State), Attempts: int(r.Attempts),
			Created: r.CreatedAt, Next: r.NextAt, Ended: orZero(r.EndedAt), Reason: r.Reason, AskedBy: r.AskedBy,
		}
	}
	return out, wrap(err, "list notifications")
}

// RetryNotification has a notification that was given up tried again, from the
// beginning. A *state.TransitionError says that it was not given up.
func (s *Store) RetryNotification(ctx context.Context, team, id, actor string) (number int64, err error) {
	err = s.tx(ctx, func(q *db.Queries) error {
		n, err := q.FindNotification(ctx, team, id)
		if err != nil {
			return err
		}
		number = n.Number
		moved, err := q.RetryNotification(ctx, n.ID, []string{string(state.NotificationDead)})
		if err != nil {
			return err
		}
		if moved == 0 {
			return &state.TransitionError{What: "notification", From: n.State, To: string(state.NotificationWaiting)}
		}
		subject := fmt.Sprintf("notification/%d", n.Number)
		if err := auditOf(ctx, q, auditParams(ctx, team, actor, "notification.retry", subject), map[string]any{"pipeline": n.Pipeline, "address": n.Address, "before": n.State, "after": state.NotificationWaiting}); err != nil {
			return err
		}
		return enqueue(ctx, q, state.NotifyKey(n.Build, n.Address))
	})
	return number, wrap(err, "have a notification tried again")
}

// TestNotification has a test sent to an address, and gives the notification's id.
func (s *Store) TestNotification(ctx context.Context, team, pipeline, address, actor string) (id string, number int64, err error) {
	err = s.tx(ctx, func(q *db.Queries) error {
		n, err := q.TestNotification(ctx, actor, team, pipeline, address)
		if err != nil {
			return err
		}
		id, number = n.ID, n.Number
		subject := fmt.Sprintf("notification/%d", n.Number)
		if err := auditOf(ctx, q, auditParams(ctx, team, actor, "notification.test", subject), map[string]any{"pipeline": pipeline, "address": address, "before": nil, "after": state.NotificationWaiting}); err != nil {
			return err
		}
		return enqueue(ctx, q, state.NotifyKey(id, address))
	})
	return id, number, wrap(err, "test a notification")
}

// FindSubscription finds whom a pipeline tells, by address or by name: ops is
// notify.ops, or job.unit.notify.ops where there is only one. state.ErrNotFound
// with those that there are.
func (s *Store) FindSubscription(ctx context.Context, team, pipeline, name string) (address string, err error) {
	rows, err := s.q.SubscriptionsOf(ctx, team, pipeline)
	if err != nil {
		return "", wrap(err, "find a notification")
	}
	var all, like []string
	for _, r := range rows {
		if r.Address == name {
			return name, nil
		}
		if strings.HasSuffix("."+r.Address, ".notify."+name) || strings.HasSuffix("."+r.Address, "."+name) {
			like = append(like, r.Address)
		}
		all = append(all, r.Address)
	}
	switch {
	case len(like) == 1:
		return like[0], nil
	case len(like) > 1:
		return "", &AmbiguousError{Name: name, Addresses: like}
	case len(all) == 0:
		return "", fmt.Errorf("pipeline %s tells nobody: it has no notify block: %w", pipeline, state.ErrNotFound)
	}
	return "", fmt.Errorf("pipeline %s has no notification %q; it has %s: %w", pipeline, name, strings.Join(all, ", "), state.ErrNotFound)
}

// CountNotifications are those that wait and those that were given up, by kind.
func (s *Store) CountNotifications(ctx context.Context) ([]state.NotificationCount, error) {
	rows, err := s.q.CountNotifications(ctx)
	out := make([]state.NotificationCount, len(rows))
	for i, r := range rows {
		out[i] = state.NotificationCount{Kind: r.Kind, State: state.NotificationState(r.State), Total: r.Total}
	}
	return out, wrap(err, "count notifications")
}

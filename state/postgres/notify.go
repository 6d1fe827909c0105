package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// LoadNotifications is all that is to be told to an address of a build.
func (s *Store) LoadNotifications(ctx context.Context, build, address string) (state.NotificationSnapshot, error) {
	var snap state.NotificationSnapshot
	rows, err := s.q.NotificationsOf(ctx, &build, address)
	if err != nil {
		return snap, fmt.Errorf("load what %s is to be told of build %s: %w", address, build, err)
	}
	for _, r := range rows {
		snap.Now, snap.Wanted = r.Now, r.Wanted
		snap.Rows = append(snap.Rows, state.NotificationRow{
			ID: r.ID, Number: r.Number, Kind: r.Kind, Status: r.Status, State: state.NotificationState(r.State), Attempts: int(r.Attempts), Since: r.Since, Next: r.NextAt,
		})
	}
	if len(rows) == 0 {
		return snap, fmt.Errorf("load what %s is to be told of build %s: %w", address, build, state.ErrNotFound)
	}
	return snap, nil
}

// LoadDelivery is a notification with all that can be told. state.ErrNotFound: it
// is gone, or the pipeline has its address no more.
func (s *Store) LoadDelivery(ctx context.Context, id string) (state.Delivery, error) {
	var d state.Delivery
	err := s.readOnly(ctx, func(q *db.Queries) error {
		n, err := q.NotificationToSend(ctx, id)
		if err != nil {
			return err
		}
		d = state.Delivery{
			ID: n.ID, Number: n.Number, Address: n.Address, Kind: n.Kind, Team: n.Team, Pipeline: n.Pipeline,
			Status: n.Status, Change: n.Change, Previous: n.Previous, Message: n.Message, At: n.CreatedAt, Test: n.BuildID == nil, AskedBy: n.AskedBy,
		}
		if d.Config, err = graph.DecodeMap(n.Config); err != nil {
			return err
		}
		if d.Secrets, err = decodeSecrets(n.Secrets); err != nil || d.Test {
			return err
		}
		d.Build, err = toldBuild(ctx, q, *n.BuildID)
		return err
	})
	if err != nil {
		return d, fmt.Errorf("load notification %s: %w", id, notFound(err))
	}
	return d, nil
}

func toldBuild(ctx context.Context, q *db.Queries, id string) (state.ToldBuild, error) {
	b, err := q.BuildToTellOf(ctx, id)
	if err != nil {
		return state.ToldBuild{}, err
	}
	out := state.ToldBuild{ID: b.ID, CreatedBy: b.CreatedBy, Job: graph.Address(b.Address), Number: b.Number, Started: orZero(b.StartedAt), Ended: orZero(b.EndedAt)}
	if out.Params, err = toldParams(b.Spec, b.Params); err != nil {
		return out, err
	}
	inputs, err := q.InputsToTellOf(ctx, id)
	for _, in := range inputs {
		told := state.ToldInput{Name: in.Name, Resource: graph.Address(in.Address)}
		if err := json.Unmarshal(in.Version, &told.Version); err != nil {
			return out, fmt.Errorf("version of %s: %w", in.Name, err)
		}
		out.Inputs = append(out.Inputs, told)
	}
	return out, err
}

// toldParams are what a build was started with, and the defaults of its job.
func toldParams(spec, given []byte) (graph.Map, error) {
	out := graph.Map{}
	if len(spec) > 0 {
		job, err := jobSpec(spec)
		if err != nil {
			return nil, err
		}
		for _, p := range job.Params {
			if p.Default != nil {
				out[p.Name] = p.Default
			}
		}
	}
	params, err := paramsOf(given)
	for k, v := range params {
		out[k] = v
	}
	return out, err
}

// CommitNotification writes what became of a notification. ErrFenced: another has
// the key, and sends it again with the same id. ErrNotFound: it is gone, with its
// build or pipeline.
func (s *Store) CommitNotification(ctx context.Context, c state.Claim, ch state.NotificationChange) error {
	err := s.fenced(ctx, c, func(q *db.Queries) error {
		n, err := q.MoveNotification(ctx, db.MoveNotificationParams{
			State: string(ch.State), Attempts: int32(ch.Attempts), Reason: ch.Reason, NextAt: ch.Next, ID: ch.ID, FromState: []string{string(state.NotificationWaiting)},
		})
		if err == nil && n == 0 {
			err = state.ErrNotFound
		}
		return err
	})
	return wrap(err, "commit notification "+ch.ID)
}

// ForgetNotifications deletes what ended longer ago.
func (s *Store) ForgetNotifications(ctx context.Context, older time.Duration) (more bool, err error) {
	n, err := s.q.ForgetNotifications(ctx, older.Seconds())
	return n == 1000, wrap(err, "forget notifications")
}

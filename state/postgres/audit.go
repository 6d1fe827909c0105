package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// AppendEvent puts an event into a team's audit.
func (s *Store) AppendEvent(ctx context.Context, teamID string, e state.Event) error {
	return appendEvent(ctx, s.q, teamID, e)
}

// appendEvent does so in the transaction of what the event tells.
func appendEvent(ctx context.Context, q *db.Queries, teamID string, e state.Event) error {
	return insertEvent(ctx, q, &teamID, e)
}

// insertEvent does so; nil: it is of the installation, and of no team.
func insertEvent(ctx context.Context, q *db.Queries, teamID *string, e state.Event) error {
	if e.Details == nil {
		e.Details = map[string]any{}
	}
	details, err := json.Marshal(e.Details)
	if err == nil {
		err = q.InsertEvent(ctx, db.InsertEventParams{TeamID: teamID, Actor: e.Actor, Action: e.Action, Subject: e.Subject, Details: details, Address: state.OriginOf(ctx).Address})
	}
	if err != nil {
		return fmt.Errorf("audit %s of %s: %w", e.Action, e.Subject, err)
	}
	return nil
}

// change is what an event has of what was changed: how it was, and how it is. nil is
// what was not there, or is not any more.
func change(before, after any) map[string]any {
	return map[string]any{"before": before, "after": after}
}

// with adds what else is to be told.
func with(details map[string]any, name string, value any) map[string]any {
	details[name] = value
	return details
}

// operatorOf is who works on the database.
func operatorOf(ctx context.Context) string { return cmp.Or(state.OriginOf(ctx).Actor, "operator") }

// byOperator is an event of who works on the database, and shows no token.
func byOperator(ctx context.Context, action, subject string, details map[string]any) state.Event {
	return state.Event{Actor: operatorOf(ctx), Action: action, Subject: subject, Details: details}
}

// AuditEvents lists a team's audit, the newest first, n at most.
func (s *Store) AuditEvents(ctx context.Context, teamID string, n int) ([]state.Event, error) {
	rows, err := s.q.ListEvents(ctx, &teamID, int32(n))
	if err != nil {
		return nil, fmt.Errorf("read the audit: %w", err)
	}
	out := make([]state.Event, len(rows))
	for i, r := range rows {
		out[i] = state.Event{At: r.At, Actor: r.Actor, Action: r.Action, Subject: r.Subject, Address: r.Address}
		if err := json.Unmarshal(r.Details, &out[i].Details); err != nil {
			return nil, fmt.Errorf("read the audit: %w", err)
		}
	}
	return out, nil
}

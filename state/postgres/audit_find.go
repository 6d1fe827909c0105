package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// AuditFilter says which events of a team are wanted.
type AuditFilter struct {
	Since  time.Time // zero: all
	Actor  string    // "": anybody's
	Object string    // a subject, such as build/ID or a pipeline's name, or the word before its slash; "": all
	Most   int

	Installation bool // those of no team too: workers' keys
}

// FindEvents gives events of a team's audit, the newest first.
func (s *Store) FindEvents(ctx context.Context, teamID string, f AuditFilter) ([]state.Event, error) {
	rows, err := s.q.FindEvents(ctx, db.FindEventsParams{TeamID: &teamID, Since: f.Since, Actor: f.Actor, Object: f.Object, Installation: f.Installation, Most: int32(f.Most)})
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

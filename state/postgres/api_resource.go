package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// What the API shows of resources, as it is read.
type (
	// ResourceView is a live resource with what its checks found.
	ResourceView = db.APIResourcesRow
	// VersionView is a version of a resource.
	VersionView = db.APIVersionsRow
)

// CheckTicket is a check that was asked for: give it to CheckAnswer.
type CheckTicket struct {
	ScopeID   string
	requested time.Time
	lastEnded *time.Time
	newest    int64
}

// CheckAnswer is how a check that was asked for ended.
type CheckAnswer struct {
	Error  string
	Found  int
	Latest []byte // JSON, null for none
}

// ResourceViews lists the live resources of a team, of one pipeline unless that
// is "".
func (s *Store) ResourceViews(ctx context.Context, team, pipeline string) ([]ResourceView, error) {
	rows, err := s.q.APIResources(ctx, team, pipeline)
	return rows, wrap(err, "list resources")
}

// VersionViews gives at most so many versions of a resource, newest first.
func (s *Store) VersionViews(ctx context.Context, team, resourceID string, most int) ([]VersionView, error) {
	rows, err := s.q.APIVersions(ctx, team, resourceID, int32(most))
	return rows, wrap(err, "list versions")
}

// RequestCheck has a resource checked at once, from a version on (JSON; nil:
// from the newest that is known). Who asks for a check that somebody asked for
// already, and that has not begun, waits for that one.
func (s *Store) RequestCheck(ctx context.Context, team, resourceID string, from []byte) (CheckTicket, error) {
	return s.RequestCheckBy(ctx, team, resourceID, "", from)
}

// RequestCheckBy does it for a person, which is audited.
func (s *Store) RequestCheckBy(ctx context.Context, team, resourceID, actor string, from []byte) (CheckTicket, error) {
	var row db.APIRequestCheckRow
	err := s.tx(ctx, func(q *db.Queries) (err error) {
		keys, err := requestImages(ctx, q, team, resourceID)
		if err != nil {
			return err
		}
		if row, err = q.APIRequestCheck(ctx, from, team, resourceID); err != nil {
			return err
		}
		if actor != "" {
			if err := auditOf(ctx, q, auditParams(ctx, team, actor, "resource.check", "resource/"+resourceID), checkFrom(from)); err != nil {
				return err
			}
		}
		return enqueue(ctx, q, append(keys, state.ScopeKey(row.ID))...)
	})
	if err != nil {
		return CheckTicket{}, wrap(err, "ask for a check")
	}
	return CheckTicket{ScopeID: row.ID, requested: *row.CheckRequestedAt, lastEnded: row.LastEndedAt, newest: row.Newest}, nil
}

func checkFrom(version []byte) map[string]json.RawMessage {
	if version == nil {
		return map[string]json.RawMessage{}
	}
	return map[string]json.RawMessage{"from": version}
}

// CheckAnswer gives the answer to a ticket, or false while there is none: the
// request is still there, or the check that took it runs. A check that was
// running when it was asked for does not count.
func (s *Store) CheckAnswer(ctx context.Context, t CheckTicket) (CheckAnswer, bool, error) {
	row, err := s.q.APICheck(ctx, t.newest, t.ScopeID)
	if err != nil {
		return CheckAnswer{}, false, wrap(err, "look for a check's answer")
	}
	waiting := row.CheckRequestedAt != nil && row.CheckRequestedAt.Equal(t.requested)
	if waiting || row.CheckRunID != nil || row.LastEndedAt == nil || t.lastEnded != nil && row.LastEndedAt.Equal(*t.lastEnded) {
		return CheckAnswer{}, false, nil
	}
	out := CheckAnswer{Found: int(row.Found), Latest: row.Latest}
	if row.Failures > 0 {
		out.Error = row.LastError
	}
	return out, true, nil
}

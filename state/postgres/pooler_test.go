package postgres_test

import (
	"testing"
	"time"

	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
	"github.com/weirci/weir/state/statetest"
)

func pooled(t *testing.T, direct, through string) *postgres.Store {
	return pgtest.Open(t, through, postgres.WithDirectURL(direct))
}

// Behind a pooler that gives each transaction another session, no statement may
// stay prepared, and everything works.
func TestBehindPgBouncer(t *testing.T) {
	url := pgtest.URL(t)
	s := pooled(t, url, pgtest.Pooler(t, url))
	id := team(t, s)
	apply(t, s, id, demo())
	apply(t, s, id, demo().with(ship, nil))
	if drifts, err := s.Drift(t.Context(), id, ""); err != nil || len(drifts) > 0 {
		t.Errorf("drift %+v, %v", drifts, err)
	}
	drain(t, s)
	must(t, s.EnqueueAt(t.Context(), time.Now(), "job/a"))
	c := claimOne(t, s, lease)
	if lost, err := s.Extend(t.Context(), lease, c); err != nil || len(lost) > 0 {
		t.Errorf("lost %v, %v", lost, err)
	}
	must(t, s.Release(t.Context(), c, time.Now().Add(time.Hour)))
	l, err := s.Listen(t.Context())
	must(t, err)
	l.Close()
	if n := text(t, s, "SELECT count(*)::text FROM pg_prepared_statements"); n != "0" {
		t.Errorf("%s statements are prepared", n)
	}
}

func TestQueueSuiteBehindPgBouncer(t *testing.T) {
	statetest.RunQueue(t, func(t *testing.T) []statetest.Queue {
		url := pgtest.URL(t)
		through := pgtest.Pooler(t, url)
		return []statetest.Queue{pooled(t, url, through), pooled(t, url, through)}
	})
}

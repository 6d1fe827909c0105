package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// modes are the ways in which pgx talks to PostgreSQL; a pooler may need another
// than the default.
func modes(t *testing.T, do func(t *testing.T, s *postgres.Store)) {
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec"} {
		t.Run(mode, func(t *testing.T) {
			url := pgtest.URL(t)
			do(t, pgtest.Open(t, url+"&default_query_exec_mode="+mode, postgres.WithDirectURL(url)))
		})
	}
}

// A statement that waits is sent before one whose answer is awaited, and in order.
func TestStatementsKeepTheirOrder(t *testing.T) {
	modes(t, func(t *testing.T, s *postgres.Store) {
		must(t, s.Tx(t.Context(), func(tx postgres.Tx) error {
			if err := errors.Join(tx.InsertTeam(t.Context(), "one"), tx.InsertTeam(t.Context(), "two")); err != nil {
				return err
			}
			if _, err := tx.GetTeam(t.Context(), "three"); !errors.Is(err, pgx.ErrNoRows) {
				t.Errorf("a team before it is there: %v", err)
			}
			must(t, tx.InsertTeam(t.Context(), "three"))
			_, err := tx.GetTeam(t.Context(), "three")
			return err
		}))
		if got := text(t, s, "SELECT string_agg(name, ' ' ORDER BY xmin::text, ctid) FROM teams WHERE name IN ('one', 'two', 'three')"); got != "one two three" {
			t.Errorf("written: %s", got)
		}
	})
}

// What is wrong with a statement that waits comes out of the commit; nothing of
// the transaction is there then, and the connection is as good as before.
func TestAnErrorInAQueuedStatementFailsTheCommit(t *testing.T) {
	modes(t, func(t *testing.T, s *postgres.Store) {
		err := s.Tx(t.Context(), func(tx postgres.Tx) error {
			must(t, tx.InsertTeam(t.Context(), "lost"))
			must(t, tx.Enqueue(t.Context(), []string{"job/a", "job/a"})) // may not touch a row twice
			return tx.InsertTeam(t.Context(), "later")
		})
		if err == nil || !strings.Contains(err.Error(), "EnqueueKeys: ERROR") {
			t.Errorf("error %v", err)
		}
		nothingWritten(t, s)
		must(t, s.Tx(t.Context(), func(tx postgres.Tx) error { return tx.InsertTeam(t.Context(), "next") }))
	})
}

// The same where an answer is awaited before the commit, even if it is not looked at.
func TestAnErrorInAQueuedStatementCannotBePassedOver(t *testing.T) {
	modes(t, func(t *testing.T, s *postgres.Store) {
		err := s.Tx(t.Context(), func(tx postgres.Tx) error {
			must(t, tx.InsertTeam(t.Context(), "lost"))
			must(t, tx.Enqueue(t.Context(), []string{"job/a", "job/a"}))
			if _, err := tx.GetTeam(t.Context(), "main"); err == nil || !strings.Contains(err.Error(), "EnqueueKeys: ERROR") {
				t.Errorf("awaited: %v", err)
			}
			_ = tx.InsertTeam(t.Context(), "later")
			return nil
		})
		if err == nil {
			t.Error("it was committed")
		}
		nothingWritten(t, s)
	})
}

func TestWhatFailsIsRolledBack(t *testing.T) {
	s := pgtest.New(t)
	sorry := errors.New("sorry")
	for _, awaited := range []bool{false, true} {
		err := s.Tx(t.Context(), func(tx postgres.Tx) error {
			must(t, tx.InsertTeam(t.Context(), "lost"))
			if awaited {
				_, err := tx.GetTeam(t.Context(), "lost")
				must(t, err)
			}
			return sorry
		})
		if !errors.Is(err, sorry) {
			t.Errorf("error %v", err)
		}
		nothingWritten(t, s)
	}
}

// A transaction whose context ends half way leaves nothing, no connection either.
func TestAContextEndsInATransaction(t *testing.T) {
	s := pgtest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Tx(ctx, func(tx postgres.Tx) error {
		must(t, tx.InsertTeam(ctx, "lost"))
		_, err := tx.GetTeam(ctx, "lost")
		must(t, err)
		cancel()
		return tx.InsertTeam(ctx, "later")
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	nothingWritten(t, s)
	noneInUse(t, s.Pool())
}

// What was given is what is written, even if it is changed before it is sent.
func TestListsAreWrittenAsTheyWereGiven(t *testing.T) {
	s := pgtest.New(t)
	must(t, s.Tx(t.Context(), func(tx postgres.Tx) error {
		keys := []string{"job/a", "job/b"}
		must(t, tx.Enqueue(t.Context(), keys))
		keys[0] = "job/c"
		return nil
	}))
	if keys := claimKeys(t, s, time.Minute); len(keys) != 2 || keys[0] != "job/a" {
		t.Errorf("enqueued %v", keys)
	}
}

func nothingWritten(t *testing.T, s *postgres.Store) {
	t.Helper()
	if n := text(t, s, "SELECT count(*)::text FROM teams WHERE name IN ('lost', 'later')"); n != "0" {
		t.Errorf("%s teams were written", n)
	}
	if keys := claimKeys(t, s, lease); len(keys) > 0 {
		t.Errorf("enqueued %v", keys)
	}
}

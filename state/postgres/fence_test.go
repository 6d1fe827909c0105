package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// What a holder decided after its key went to another never takes effect.
func TestAFencedHolderCannotCommit(t *testing.T) {
	s := pgtest.New(t)
	must(t, s.Enqueue(t.Context(), "job/a"))
	old := claimOne(t, s, time.Millisecond)
	time.Sleep(5 * time.Millisecond)
	heir := claimOne(t, s, lease)
	if err := s.Commit(t.Context(), old, "old", func() {}); !errors.Is(err, state.ErrFenced) {
		t.Errorf("error %v", err)
	}
	if _, err := s.TeamID(t.Context(), "old"); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("its change is there: %v", err)
	}
	must(t, s.Commit(t.Context(), heir, "heir", func() {}))
	must(t, s.Release(t.Context(), heir, time.Time{}))
	if err := s.Commit(t.Context(), heir, "late", func() {}); !errors.Is(err, state.ErrFenced) {
		t.Errorf("after the release: %v", err)
	}
}

// While a holder commits nobody takes its key, even if its lease ends meanwhile.
func TestNobodyClaimsDuringACommit(t *testing.T) {
	s := pgtest.New(t)
	must(t, s.Enqueue(t.Context(), "job/a"))
	c := claimOne(t, s, 20*time.Millisecond)
	must(t, s.Commit(t.Context(), c, "mine", func() {
		time.Sleep(40 * time.Millisecond)
		if got := claimKeys(t, s, lease); got != nil {
			t.Errorf("claimed %v", got)
		}
		must(t, s.Enqueue(t.Context(), "job/a")) // others may still make it dirty
	}))
	if got := claimKeys(t, s, lease); len(got) != 2 { // it and place
		t.Errorf("then claimed %v", got)
	}
}

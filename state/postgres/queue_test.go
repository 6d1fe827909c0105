package postgres_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

const lease = time.Minute

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// claimKeys claims as many as there are and returns their names, sorted.
func claimKeys(t *testing.T, s *postgres.Store, lease time.Duration) []state.Key {
	t.Helper()
	claims, err := s.Claim(t.Context(), "test", 100, lease)
	must(t, err)
	var keys []state.Key
	for _, c := range claims {
		keys = append(keys, c.Key)
	}
	slices.Sort(keys)
	return keys
}

func claimOne(t *testing.T, s *postgres.Store, lease time.Duration) state.Claim {
	t.Helper()
	claims, err := s.Claim(t.Context(), "test", 1, lease)
	must(t, err)
	if len(claims) != 1 {
		t.Fatalf("%d claims", len(claims))
	}
	return claims[0]
}

func TestEnqueuedTwiceIsOneKey(t *testing.T) {
	s := pgtest.New(t)
	must(t, s.Enqueue(t.Context(), "job/b", "job/a", "job/b"))
	must(t, s.Enqueue(t.Context(), "job/a"))
	if keys := drain(t, s); len(keys) != 2 || !keys["job/a"] || !keys["job/b"] {
		t.Errorf("claimed %v", keys)
	}
	// What was enqueued before the claim needs no second look after it.
	if depth, err := s.Depth(t.Context()); err != nil || len(depth) > 0 {
		t.Errorf("left: %+v, %v", depth, err)
	}
}

func TestDueLater(t *testing.T) {
	s := pgtest.New(t)
	later := time.Now().Add(time.Hour)
	must(t, s.EnqueueAt(t.Context(), later, "scope/a", "scope/b"))
	if got := claimKeys(t, s, lease); got != nil {
		t.Errorf("claimed early: %v", got)
	}
	must(t, s.Enqueue(t.Context(), "scope/a")) // sooner counts
	must(t, s.EnqueueAt(t.Context(), later, "scope/a"))
	if got := claimKeys(t, s, lease); !slices.Equal(got, []state.Key{"scope/a"}) {
		t.Errorf("claimed %v", got)
	}
}

func TestRelease(t *testing.T) {
	later := time.Now().Add(time.Hour)
	for name, test := range map[string]struct {
		whileHeld bool // enqueued again
		next      time.Time
		due, rows int
	}{
		"nothing more to do":    {rows: 0},
		"again later":           {next: later, rows: 1},
		"again at once":         {next: time.Now(), due: 1, rows: 1},
		"dirty":                 {whileHeld: true, due: 1, rows: 1},
		"dirty beats the timer": {whileHeld: true, next: later, due: 1, rows: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.New(t)
			must(t, s.Enqueue(t.Context(), "job/a"))
			c := claimOne(t, s, lease)
			if test.whileHeld {
				must(t, s.Enqueue(t.Context(), "job/a"))
			}
			must(t, s.Release(t.Context(), c, test.next))
			depth, err := s.Depth(t.Context())
			must(t, err)
			if len(depth) != test.rows || test.rows == 1 && depth[0].Due != int64(test.due) {
				t.Errorf("depth %+v", depth)
			}
			if err := s.Release(t.Context(), c, time.Time{}); !errors.Is(err, state.ErrFenced) {
				t.Errorf("released twice: %v", err)
			}
		})
	}
}

func TestReleaseFailed(t *testing.T) {
	s := pgtest.New(t)
	must(t, s.Enqueue(t.Context(), "job/a"))
	must(t, s.ReleaseFailed(t.Context(), claimOne(t, s, lease), 0, errors.New("no luck")))
	c := claimOne(t, s, lease)
	if c.Failures != 1 {
		t.Errorf("%d failures", c.Failures)
	}
	must(t, s.ReleaseFailed(t.Context(), c, time.Hour, errors.New("no luck")))
	if got := claimKeys(t, s, lease); got != nil {
		t.Errorf("claimed before the delay: %v", got)
	}
}

// Whose lease ended loses the key to the next, and all that it still tries.
func TestLeaseEnds(t *testing.T) {
	s := pgtest.New(t)
	must(t, s.Enqueue(t.Context(), "job/a"))
	old := claimOne(t, s, time.Millisecond)
	time.Sleep(5 * time.Millisecond)
	heir := claimOne(t, s, lease)
	if heir.Epoch <= old.Epoch {
		t.Fatalf("epochs %d, %d", old.Epoch, heir.Epoch)
	}
	if err := s.Release(t.Context(), old, time.Time{}); !errors.Is(err, state.ErrFenced) {
		t.Errorf("release: %v", err)
	}
	if err := s.ReleaseFailed(t.Context(), old, 0, errors.New("x")); !errors.Is(err, state.ErrFenced) {
		t.Errorf("release failed: %v", err)
	}
	lost, err := s.Extend(t.Context(), lease, old, heir)
	must(t, err)
	if !slices.Equal(lost, []state.Claim{old}) {
		t.Errorf("lost %v", lost)
	}
	must(t, s.Release(t.Context(), heir, time.Time{}))
	// The row is gone and made anew: an old holder still does not pass.
	must(t, s.Enqueue(t.Context(), "job/a"))
	again := claimOne(t, s, lease)
	for _, c := range []state.Claim{old, heir} {
		if c.Epoch == again.Epoch {
			t.Errorf("epoch %d again", c.Epoch)
		}
	}
}

func TestExtend(t *testing.T) {
	s := pgtest.New(t)
	must(t, s.Enqueue(t.Context(), "job/a"))
	c := claimOne(t, s, 50*time.Millisecond)
	lost, err := s.Extend(t.Context(), lease, c)
	must(t, err)
	time.Sleep(60 * time.Millisecond)
	if got := claimKeys(t, s, lease); got != nil || lost != nil {
		t.Errorf("claimed %v, lost %v", got, lost)
	}
}

func TestDepth(t *testing.T) {
	s := pgtest.New(t)
	must(t, s.Enqueue(t.Context(), "job/a"))
	claimOne(t, s, lease)
	must(t, s.Enqueue(t.Context(), "job/b", state.KeyPlace))
	must(t, s.EnqueueAt(t.Context(), time.Now().Add(time.Hour), "job/c"))
	time.Sleep(2 * time.Millisecond)
	depth, err := s.Depth(t.Context())
	must(t, err)
	if len(depth) != 2 {
		t.Fatalf("depth %+v", depth)
	}
	if d := depth[0]; d.Kind != "job" || d.Keys != 3 || d.Due != 1 || d.Held != 1 || d.Oldest < time.Millisecond {
		t.Errorf("depth of jobs %+v", d)
	}
	if d := depth[1]; d.Kind != "place" || d.Keys != 1 || d.Due != 1 {
		t.Errorf("depth of place %+v", d)
	}
}

package postgres_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

const nobody = "00000000-0000-0000-0000-000000000000"

// What is loaded together is loaded whole, or it is an error; and each answer goes
// to who asked.
func TestLoadsTogether(t *testing.T) {
	modes(t, func(t *testing.T, s *postgres.Store) {
		id := team(t, s)
		apply(t, s, id, demo())
		job := text(t, s, "SELECT id::text FROM objects WHERE kind = 'job' ORDER BY address LIMIT 1")
		build, err := s.Trigger(t.Context(), "main", job, "ann")
		must(t, err)
		j, err := s.LoadJob(t.Context(), job)
		must(t, err)
		if j.Job.ID != job || len(j.Open) != 1 || j.Open[0].ID != build {
			t.Errorf("loaded %+v", j)
		}
		b, err := s.LoadBuild(t.Context(), build)
		must(t, err)
		if b.Build.JobID != job || b.Build.Status != state.BuildPending || b.Now.IsZero() || b.Build.Job != graph.Address(text(t, s, "SELECT address FROM objects WHERE id = $1", job)) {
			t.Errorf("loaded %+v", b)
		}
		if p, err := s.LoadPlaces(t.Context(), state.PlaceQuery{}); err != nil || len(p.Runs)+len(p.Workers) > 0 {
			t.Errorf("loaded %+v, %v", p, err)
		}
	})
}

func TestLoadsTogetherOfWhatIsNotThere(t *testing.T) {
	modes(t, func(t *testing.T, s *postgres.Store) {
		if _, err := s.LoadJob(t.Context(), nobody); !errors.Is(err, state.ErrNotFound) {
			t.Errorf("a job: %v", err)
		}
		if _, err := s.LoadBuild(t.Context(), nobody); !errors.Is(err, state.ErrNotFound) {
			t.Errorf("a build: %v", err)
		}
		if _, err := s.LoadBuild(t.Context(), "no id"); err == nil || errors.Is(err, state.ErrNotFound) {
			t.Errorf("what is no id: %v", err)
		}
		noneInUse(t, s.Pool())
	})
}

func noneInUse(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	if n := pool.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are still in use", n)
	}
}

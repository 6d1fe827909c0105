package postgres_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// crowded has ten thousand runs of one team that wait for a worker, a tenth of them with
// tags, and, younger than all of these, one of the first team that is urgent, one of
// another team, a check, and one of the first team that is to end.
func crowded(t testing.TB) *postgres.Store {
	t.Helper()
	s := pgtest.New(t)
	_, err := s.Pool().Exec(t.Context(), `
		SET session_replication_role = replica;
		INSERT INTO teams (id, name) VALUES (gen_random_uuid(), 'crowd'), (gen_random_uuid(), 'lone');
		INSERT INTO runs (id, team_id, build_id, kind, task, tags, status, created_at)
		SELECT gen_random_uuid(), t.id, gen_random_uuid(), 'task', '', CASE WHEN n % 10 = 0 THEN ARRAY['gpu'] ELSE '{}' END, 'unplaced', now() - (20000 - n) * interval '1 second'
		FROM teams t, generate_series(1, 10000) n WHERE t.name = 'crowd';
		INSERT INTO runs (id, team_id, build_id, step_path, kind, task, status) SELECT gen_random_uuid(), id, gen_random_uuid(), 'lone', 'task', '', 'unplaced' FROM teams WHERE name = 'lone';
		INSERT INTO runs (id, team_id, build_id, step_path, kind, task, status, priority) SELECT gen_random_uuid(), id, gen_random_uuid(), 'urgent', 'task', '', 'unplaced', 5 FROM teams WHERE name = 'crowd';
		INSERT INTO runs (id, scope_id, step_path, kind, task, status) SELECT gen_random_uuid(), gen_random_uuid(), 'check', 'check', '', 'unplaced';
		INSERT INTO runs (id, team_id, build_id, step_path, kind, task, status, kill_requested_at) SELECT gen_random_uuid(), id, gen_random_uuid(), 'killed', 'task', '', 'unplaced', now() FROM teams WHERE name = 'crowd';
		SET session_replication_role = origin;
		ANALYZE`)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// However many runs of one team wait, those of others are seen, and so are those that
// other workers may have or that are only to end; and not all are read for it.
func TestNoTeamHidesAnother(t *testing.T) {
	s := crowded(t)
	snap, err := s.LoadPlaces(t.Context(), state.PlaceQuery{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, r := range snap.Runs {
		switch {
		case r.KillRequested:
			seen["killed"]++
		case r.BuildID == "":
			seen["check"]++
		case r.TeamID == text(t, s, "SELECT id::text FROM teams WHERE name = 'lone'"):
			seen["lone"]++
		case r.Priority == 5:
			seen["urgent"]++
		case len(r.Tags) > 0:
			seen["tagged"]++
		default:
			seen["crowd"]++
		}
	}
	if seen["lone"] != 1 || seen["check"] != 1 || seen["killed"] != 1 || seen["urgent"] != 1 || seen["tagged"] < 200 || seen["crowd"] < 200 || len(snap.Runs) > 1000 {
		t.Errorf("%d runs are seen: %v", len(snap.Runs), seen)
	}
	rows, err := s.Pool().Query(t.Context(), "EXPLAIN "+statement(t, "place.sql", "UnplacedRuns"), pgx.NamedArgs{"most": 500})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	plan := strings.Join(lines, "\n")
	if !strings.Contains(plan, "runs_unplaced") || regexp.MustCompile(`Seq Scan on runs`).MatchString(plan) {
		t.Errorf("not by the index:\n%s", plan)
	}
}

// How long it takes to see what waits, where that is ten thousand runs.
func BenchmarkLoadPlaces(b *testing.B) {
	s := crowded(b)
	begin := time.Now()
	for b.Loop() {
		if _, err := s.LoadPlaces(b.Context(), state.PlaceQuery{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(begin).Milliseconds())/float64(b.N), "ms/look")
}

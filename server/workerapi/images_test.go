package workerapi_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state/postgres"
)

// Which images a run had is kept with its build, what was said first; a build that
// does it again has the same; and no worker can say it of a run that is another's.
func TestImagesOfRuns(t *testing.T) {
	s := newSite(t)
	for _, name := range []string{"w1", "w2"} {
		s.exec(`INSERT INTO workers (id, name, status, key_hash, runtime, platform, capacity, version)
			VALUES (gen_random_uuid(), $1, 'running', $2, 'process', 'linux/amd64', 1, '1')`, name, []byte(name))
	}
	run := s.sh("w1", "true")
	one, two := "sha256:"+strings.Repeat("1", 64), "sha256:"+strings.Repeat("2", 64)
	mine := postgres.WorkerRun{RunRef: postgres.RunRef{ID: run, Epoch: 1}, Worker: postgres.WorkerKey("w1")}
	theirs := mine
	theirs.Worker = postgres.WorkerKey("w2")
	code := int32(0)
	if _, err := s.store.RunStarted(t.Context(), theirs, time.Now(), nil, map[string]string{"app:1": two}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.RunStarted(t.Context(), mine, time.Now(), nil, map[string]string{"app:1": one, "db:1": "latest", "x\x00": one}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.RunEnded(t.Context(), mine, postgres.RunEnd{ExitCode: &code, EndedAt: time.Now(), Images: map[string]string{"app:1": two, "side:1": two}}); err != nil {
		t.Fatal(err)
	}
	build := scan[string](s, `SELECT build_id FROM runs WHERE id = $1`, run)
	want := map[string]string{"app:1": one, "side:1": two}
	if got := s.images(build); !maps.Equal(got, want) {
		t.Errorf("the build has %v, want %v", got, want)
	}
	s.exec(`UPDATE objects SET spec_digest = 'x', next_number = 2 WHERE id = (SELECT job_id FROM builds WHERE id = $1)`, build)
	s.exec(`INSERT INTO object_versions (object_id, pipeline_id, from_revision, spec, spec_digest, exec_digest, meta)
		SELECT job_id, pipeline_id, 1, $2, 'x', 'x', '' FROM builds WHERE id = $1`, build, graph.EncodeSpec(graph.Job{}))
	again, err := s.store.Rerun(t.Context(), "main", build, "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.images(again); !maps.Equal(got, want) {
		t.Errorf("the build that does it again has %v, want %v", got, want)
	}
}

// images are what the decider of a build is told.
func (s *site) images(build string) map[string]string {
	s.t.Helper()
	snap, err := s.store.LoadBuild(s.t.Context(), build)
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]string{}
	for _, i := range snap.Images {
		out[i.Ref] = i.Digest
	}
	return out
}

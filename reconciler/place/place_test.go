package place

import (
	"slices"
	"testing"
	"time"

	"github.com/weirci/weir/state"
)

func run(id string, change ...func(*Run)) Run {
	r := Run{ID: id, Team: "main", Build: "b-" + id, Created: time.Unix(int64(id[len(id)-1]), 0)}
	for _, c := range change {
		c(&r)
	}
	return r
}

func worker(name string, capacity, inFlight int, change ...func(*Worker)) Worker {
	w := Worker{ID: "id-" + name, Name: name, Status: state.WorkerRunning, Capacity: capacity, InFlight: inFlight}
	for _, c := range change {
		c(&w)
	}
	return w
}

func tagged(tags ...string) func(*Run) { return func(r *Run) { r.Tags = tags } }
func needs(w string) func(*Run)        { return func(r *Run) { r.Needs = "id-" + w } }
func of(build string) func(*Run)       { return func(r *Run) { r.Build = build } }
func team(t string) func(*Run)         { return func(r *Run) { r.Team = t } }
func killed(r *Run)                    { r.KillRequested = true }
func has(tags ...string) func(*Worker) { return func(w *Worker) { w.Tags = tags } }
func only(team string) func(*Worker)   { return func(w *Worker) { w.Team = team } }
func stalled(w *Worker)                { w.Status = state.WorkerStalled }
func refusing(w *Worker)               { w.Refuses = "its disk is nearly full" }

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name    string
		runs    []Run
		workers []Worker
		homes   map[string]string
		want    []Command
	}{
		{"the least loaded", []Run{run("1"), run("2"), run("3")}, []Worker{worker("a", 4, 2), worker("b", 8, 3)}, nil,
			[]Command{Assign{"1", "id-b"}, Assign{"2", "id-a"}, Assign{"3", "id-b"}}},
		{"none registered", []Run{run("1")}, nil, nil,
			[]Command{Hold{"1", "NoWorker", "no worker is registered: start one with weir worker"}}},
		{"all full", []Run{run("1"), run("2"), run("3")}, []Worker{worker("a", 2, 1), worker("b", 2, 2)}, nil,
			[]Command{Assign{"1", "id-a"}, Hold{"2", "Full", "all 2 workers that may have it are full (4 of 4); 0 runs ahead"}, Hold{"3", "Full", "all 2 workers that may have it are full (4 of 4); 1 runs ahead"}}},
		{"tags", []Run{run("1", tagged("gpu")), run("2", tagged("gpu", "big")), run("3")}, []Worker{worker("a", 9, 0, has("gpu")), worker("b", 9, 0)}, nil,
			[]Command{Assign{"1", "id-a"}, Hold{"2", "NoWorkerWithTags", "no worker has all of the tags gpu, big"}, Assign{"3", "id-b"}}},
		{"a team's worker", []Run{run("1", team("x")), run("2", team("y"))}, []Worker{worker("a", 9, 0, only("x"))}, nil,
			[]Command{Assign{"1", "id-a"}, Hold{"2", "NoWorkerForTeam", "every worker there is belongs to another team"}}},
		{"where its artifacts are", []Run{run("1", needs("b"))}, []Worker{worker("a", 9, 0), worker("b", 9, 8)}, nil,
			[]Command{Assign{"1", "id-b"}}},
		{"its artifacts are out of reach", []Run{run("1", needs("a")), run("2", needs("z"))}, []Worker{worker("a", 9, 0, stalled), worker("b", 9, 0)}, nil,
			[]Command{Hold{"1", "WorkerNotRunning", "its artifacts are on worker a, which is stalled"}, Hold{"2", "NoWorkerWithArtifacts", "its artifacts are on a worker that is gone"}}},
		{"stalled", []Run{run("1")}, []Worker{worker("a", 9, 0, stalled)}, nil,
			[]Command{Hold{"1", "WorkerNotRunning", "no worker that may have it is running: a is stalled"}}},
		{"one that refuses new runs goes on with what it has", []Run{run("1"), run("2", needs("a")), run("3", of("x"))}, []Worker{worker("a", 9, 0, refusing), worker("b", 9, 5)}, map[string]string{"x": "id-a"},
			[]Command{Assign{"1", "id-b"}, Assign{"2", "id-a"}, Assign{"3", "id-b"}}},
		{"all refuse", []Run{run("1")}, []Worker{worker("a", 9, 0, refusing), worker("b", 9, 0, stalled)}, nil,
			[]Command{Hold{"1", "WorkerRefuses", "no worker that may have it takes new runs: a: its disk is nearly full"}}},
		{"a build stays together", []Run{run("1", of("x")), run("2", of("x")), run("3", of("y"))}, []Worker{worker("a", 4, 0), worker("b", 4, 0)}, map[string]string{"y": "id-a"},
			[]Command{Assign{"1", "id-a"}, Assign{"2", "id-a"}, Assign{"3", "id-a"}}},
		{"and waits for its worker", []Run{run("1", of("x"))}, []Worker{worker("a", 1, 1), worker("b", 4, 0)}, map[string]string{"x": "id-a"},
			[]Command{Hold{"1", "Full", "worker a is full (1 of 1); 0 runs ahead; of 2 workers 1 is not where its build is"}}},
		{"all others are no use", []Run{run("1", tagged("gpu"))}, []Worker{worker("a", 1, 1, has("gpu")), worker("b", 4, 0), worker("c", 4, 0), worker("d", 4, 0, has("gpu"), only("x")), worker("e", 4, 0, has("gpu"), stalled)}, nil,
			[]Command{Hold{"1", "Full", "worker a is full (1 of 1); 0 runs ahead; of 5 workers 1 is another team's, 2 have other tags, 1 does not run"}}},
		{"unless that is gone", []Run{run("1", of("x"))}, []Worker{worker("b", 4, 0)}, map[string]string{"x": "id-a"},
			[]Command{Assign{"1", "id-b"}}},
		{"killed before", []Run{run("1", killed)}, nil, nil, []Command{Cancel{"1"}}},
		{"in turns between teams", []Run{run("1"), run("2"), run("3"), run("9", team("x"))}, []Worker{worker("a", 2, 0)}, nil,
			[]Command{Assign{"1", "id-a"}, Assign{"9", "id-a"}, Hold{"2", "Full", "worker a is full (2 of 2); 0 runs ahead"}, Hold{"3", "Full", "worker a is full (2 of 2); 1 runs ahead"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Decide(State{Runs: c.runs, Workers: c.workers, Homes: c.homes}); !slices.Equal(got, c.want) {
				t.Errorf("\n got %v\nwant %v", got, c.want)
			}
		})
	}
}

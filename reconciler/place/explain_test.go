package place_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/reconciler/place"
	"github.com/weirci/weir/state"
)

func TestWeigh(t *testing.T) {
	chain, err := place.ParseChain("limit-active-tasks=2,least-loaded")
	if err != nil {
		t.Fatal(err)
	}
	s := place.State{Chains: place.Chains{Builds: chain}, Workers: []place.Worker{
		{ID: "3", Name: "c", Status: state.WorkerRunning, Tags: []string{"gpu"}, Platform: "linux/arm64", Capacity: 2, InFlight: 2, Busy: place.Busy{Tasks: 2}},
		{ID: "1", Name: "a", Team: "other", Status: state.WorkerRunning, Platform: "linux/amd64", Capacity: 1, Offers: place.Size{CPU: 4000}, Reserved: place.Size{CPU: 3500}},
		{ID: "2", Name: "b", Team: "mine", Status: state.WorkerStalled, Tags: []string{"gpu", "big"}, Platform: "linux/arm64", Capacity: 4, Offers: place.Size{CPU: 8000, Memory: 4 << 30}, Reserved: place.Size{CPU: 2000}},
	}}
	table := place.Weigh(s, place.Run{ID: "r", Kind: "task", Build: "b", Team: "mine", Tags: []string{"gpu"}, Needs: "3", Platform: "linux/arm64", Asks: place.Size{CPU: 1000}})
	got := strings.Join(table.Constraints, " | ")
	for _, r := range table.Rows {
		got += "\n" + r.Name
		for _, v := range r.Verdicts {
			got += fmt.Sprintf(" | %t %s", v.OK, v.Fact)
		}
	}
	want := `its team's | tags gpu | linux/arm64 | has its artifacts | running | room | cpu 1 | limit-active-tasks=2 | least-loaded
a | false another team's | false has no tags | false linux/amd64 | false no | true running | true 0 of 1 | false 0.5 free of 4 | true 0 tasks | true 87% loaded
b | true yes | true has gpu, big | true linux/arm64 | false no | false stalled | true 0 of 4 | true 6 free of 8 | true 0 tasks | true 25% loaded
c | true all teams' | true has gpu | true linux/arm64 | true yes | true running | false 2 of 2 | true not counted | false 2 tasks | true 100% loaded`
	if got != want {
		t.Errorf("\n%s", got)
	}
}

// The table and the decider agree: a run is held exactly where no worker fits. (A
// build's own worker counts for the decider alone, so the runs are of no build.)
func TestTheTableAgreesWithTheDecider(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tags := rapid.SampledFrom([][]string{nil, {"gpu"}, {"gpu", "big"}})
		var s place.State
		for i := range rapid.IntRange(0, 4).Draw(t, "workers") {
			s.Workers = append(s.Workers, place.Worker{
				ID: fmt.Sprint(i), Name: fmt.Sprint(i), Team: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "team"), Tags: tags.Draw(t, "tags"),
				Status:   rapid.SampledFrom([]state.WorkerStatus{state.WorkerRunning, state.WorkerStalled}).Draw(t, "status"),
				Capacity: 2, InFlight: rapid.IntRange(0, 2).Draw(t, "in flight"),
				Refuses:  rapid.SampledFrom([]string{"", "its disk is nearly full"}).Draw(t, "refuses"),
				Platform: rapid.SampledFrom([]string{"linux/amd64", "linux/arm64"}).Draw(t, "platform"),
				Offers:   place.Size{CPU: rapid.SampledFrom([]int64{0, 1000, 2000}).Draw(t, "cpu"), Memory: rapid.SampledFrom([]int64{0, 1 << 20, 2 << 20}).Draw(t, "memory")},
				Reserved: place.Size{CPU: rapid.SampledFrom([]int64{0, 1000}).Draw(t, "reserved")},
				Busy:     place.Busy{Tasks: rapid.IntRange(0, 2).Draw(t, "tasks"), Volumes: rapid.IntRange(0, 3).Draw(t, "volumes")}, MaxTasks: rapid.IntRange(0, 2).Draw(t, "max tasks"),
			})
		}
		run := place.Run{ID: "r", Team: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "run's team"), Tags: tags.Draw(t, "run's tags"), Needs: rapid.SampledFrom([]string{"", "0", "9"}).Draw(t, "needs"),
			Build: rapid.SampledFrom([]string{"", "b"}).Draw(t, "build"), Kind: rapid.SampledFrom([]string{"task", "get"}).Draw(t, "kind"), Platform: rapid.SampledFrom([]string{"", "linux", "linux/arm64"}).Draw(t, "run's platform"),
			Asks: place.Size{CPU: rapid.SampledFrom([]int64{0, 500, 1500}).Draw(t, "asks"), Memory: rapid.SampledFrom([]int64{0, 1 << 20}).Draw(t, "asks memory")}}
		s.Chains.Builds = rapid.SampledFrom([]place.Chain{nil, must(t, "limit-active-tasks=1"), must(t, "spread,limit-active-containers=2"), must(t, "random,limit-active-volumes=2")}).Draw(t, "chain")
		fits := 0
		for _, row := range place.Weigh(s, run).Rows {
			if row.Fits() {
				fits++
			}
		}
		s.Runs = []place.Run{run}
		_, held := place.Decide(s)[0].(place.Hold)
		if held == (fits > 0) {
			t.Fatalf("held %t, and %d workers fit", held, fits)
		}
	})
}

func must(t interface{ Fatal(...any) }, chain string) place.Chain {
	c, err := place.ParseChain(chain)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

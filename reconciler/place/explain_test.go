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
	s := place.State{Workers: []place.Worker{
		{ID: "3", Name: "c", Status: state.WorkerRunning, Tags: []string{"gpu"}, Capacity: 2, InFlight: 2},
		{ID: "1", Name: "a", Team: "other", Status: state.WorkerRunning, Capacity: 1},
		{ID: "2", Name: "b", Team: "mine", Status: state.WorkerStalled, Tags: []string{"gpu", "big"}, Capacity: 4},
	}}
	table := place.Weigh(s, place.Run{ID: "r", Team: "mine", Tags: []string{"gpu"}, Needs: "3"})
	got := strings.Join(table.Constraints, " | ")
	for _, r := range table.Rows {
		got += "\n" + r.Name
		for _, v := range r.Verdicts {
			got += fmt.Sprintf(" | %t %s", v.OK, v.Fact)
		}
	}
	want := `its team's | tags gpu | has its artifacts | running | room
a | false another team's | false has no tags | false no | true running | true 0 of 1
b | true yes | true has gpu, big | false no | false stalled | true 0 of 4
c | true all teams' | true has gpu | true yes | true running | false 2 of 2`
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
				Refuses: rapid.SampledFrom([]string{"", "its disk is nearly full"}).Draw(t, "refuses"),
			})
		}
		run := place.Run{ID: "r", Team: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "run's team"), Tags: tags.Draw(t, "run's tags"), Needs: rapid.SampledFrom([]string{"", "0", "9"}).Draw(t, "needs")}
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

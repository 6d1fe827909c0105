package place

import (
	"fmt"
	"testing"
	"time"

	"github.com/weirci/weir/state"
)

// A thousand workers and ten thousand runs of ten teams, a third of which find a place.
func BenchmarkDecide(b *testing.B) {
	var s State
	for i := range 1000 {
		s.Workers = append(s.Workers, Worker{ID: fmt.Sprint("w", i), Name: fmt.Sprint("w", i), Status: state.WorkerRunning, Capacity: 8, InFlight: 4 + i%5})
	}
	for i := range 10_000 {
		s.Runs = append(s.Runs, Run{ID: fmt.Sprint(i), Team: fmt.Sprint("t", i%10), Build: fmt.Sprint("b", i), Created: time.Unix(int64(i), 0)})
	}
	for b.Loop() {
		if got := Decide(s); len(got) != len(s.Runs) {
			b.Fatal(len(got))
		}
	}
}

package place

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// yard is a model of two workers with four cores each: what is decided is done, what
// is kept stays kept, and runs end in the order in which they began.
type yard struct {
	t       *rapid.T
	state   State
	running []struct {
		run    Run
		worker string
	}
	made int
}

func (y *yard) add(team string, cpu int64) Run {
	y.made++
	r := Run{ID: fmt.Sprintf("%06d", y.made), Team: team, Kind: "task", Build: fmt.Sprint("b", y.made), Created: time.Unix(int64(y.made), 0), Asks: Size{CPU: cpu}}
	y.state.Runs = append(y.state.Runs, r)
	return r
}

func (y *yard) worker(id string) *Worker {
	return &y.state.Workers[slices.IndexFunc(y.state.Workers, func(w Worker) bool { return w.ID == id })]
}

func (y *yard) decide() {
	commands := Decide(y.state)
	y.state.Turn, y.state.Kept = Served(y.state, commands), map[string]string{}
	for _, c := range commands {
		switch c := c.(type) {
		case Keep:
			y.state.Kept[c.Worker] = c.Run
		case Assign:
			i := slices.IndexFunc(y.state.Runs, func(r Run) bool { return r.ID == c.Run })
			r, w := y.state.Runs[i], y.worker(c.Worker)
			w.InFlight, w.Reserved.CPU = w.InFlight+1, w.Reserved.CPU+r.Asks.CPU
			y.running = append(y.running, struct {
				run    Run
				worker string
			}{r, c.Worker})
			y.state.Runs = slices.Delete(y.state.Runs, i, i+1)
		}
	}
}

func (y *yard) end() {
	if len(y.running) == 0 {
		return
	}
	i := rapid.IntRange(0, min(3, len(y.running)-1)).Draw(y.t, "ends")
	r := y.running[i]
	w := y.worker(r.worker)
	w.InFlight, w.Reserved.CPU = w.InFlight-1, w.Reserved.CPU-r.run.Asks.CPU
	y.running = slices.Delete(y.running, i, i+1)
}

func (y *yard) waits(r Run) bool {
	return slices.ContainsFunc(y.state.Runs, func(x Run) bool { return x.ID == r.ID })
}

// However many small runs come, from its own team and from others, the large one that
// needs a whole worker gets it: as soon as what ran there when it came has ended, and
// those before it have had theirs.
func TestNobodyStarves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := &yard{t: t, state: State{Chains: Chains{}}}
		for _, id := range []string{"a", "b"} {
			y.state.Workers = append(y.state.Workers, worker(id, 4, 0, offers(4000, 0)))
		}
		teams := []string{"x", "y", "z"}
		come := func() {
			for range rapid.IntRange(1, 3).Draw(t, "come") {
				y.add(rapid.SampledFrom(teams).Draw(t, "team"), rapid.SampledFrom([]int64{0, 500, 1000, 2000}).Draw(t, "cpu"))
			}
		}
		for range rapid.IntRange(0, 10).Draw(t, "before") {
			come()
		}
		y.decide()
		large := []Run{y.add("x", 4000), y.add("y", 4000)}
		for rounds := range 400 {
			if !y.waits(large[0]) && !y.waits(large[1]) {
				return
			}
			if rounds < 300 {
				come()
			}
			y.end()
			y.decide()
		}
		t.Fatalf("after 400 rounds a large run still waits; kept: %v", y.state.Kept)
	})
}

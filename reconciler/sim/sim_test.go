package sim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/state"
)

// mostSteps is how many steps the histories of TestSim have together: WEIR_SIM_STEPS, or
// as many as CI has time for.
func mostSteps() int {
	if n, err := strconv.Atoi(os.Getenv("WEIR_SIM_STEPS")); err == nil {
		return n
	}
	return 50_000
}

// TestSim plays histories until they have WEIR_SIM_STEPS steps (make sim: a million), or
// the one with the seed WEIR_SIM_SEED.
func TestSim(t *testing.T) {
	if s, err := strconv.ParseUint(os.Getenv("WEIR_SIM_SEED"), 10, 64); err == nil {
		if h, err := play(s, honest); err != nil {
			t.Fatalf("%s\n%v", strings.Join(h.Trace, "\n"), err)
		}
		return
	}
	drawn, had, steps, seed := map[string]int{}, map[string]int{}, 0, uint64(0)
	for ; steps < mostSteps(); seed++ {
		h, err := play(seed, honest)
		if err != nil {
			t.Fatalf("seed %d: %v\nTo see all of it: WEIR_SIM_SEED=%d go test ./reconciler/sim -run 'TestSim$'", seed, err, seed)
		}
		steps += h.Steps
		add(drawn, h.Drawn)
		add(had, h.outcomes())
	}
	t.Logf("%d steps, %d histories\n\nWhat was drawn:\n%s\nWhat came of it:\n%s", steps, seed, table(drawn), table(had))
	for _, want := range []string{
		"builds succeeded", "builds failed", "builds errored", "builds aborted", "job.ship succeeded", "job.asks succeeded", "job.many succeeded",
		"runs lost", "builds by rerun", "builds by resume", "builds by schedule", "steps as in another build", "artifacts of another build", "runs on worker tagged",
	} {
		if had[want] == 0 {
			t.Errorf("no history had: %s", want)
		}
	}
}

func honest(db *DB) reconciler.Store { return db }

// play plays the history of a seed to its end, or to what must not be.
func play(seed uint64, through func(*DB) reconciler.Store) (*History, error) {
	return playWith(seed, through, accepts)
}

func playWith(seed uint64, through func(*DB) reconciler.Store, accepts func(message) bool) (*History, error) {
	specs, addresses := world()
	h := New(rand.New(rand.NewPCG(seed, 1)), specs, addresses, through)
	h.accepts = accepts
	for range 50 + h.dice.IntN(400) {
		h.Step()
		if err := h.Check(); err != nil {
			return h, err
		}
	}
	return h, h.Settle()
}

func add(to, from map[string]int) {
	for k, n := range from {
		to[k] += n
	}
}

func table(m map[string]int) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "  %-32s %9d\n", k, m[k])
	}
	return b.String()
}

// outcomes says what a history had, so that the test is known to see all of it.
func (h *History) outcomes() map[string]int {
	had := map[string]int{}
	for _, b := range h.DB.builds {
		had["builds "+string(b.row.Status)]++
		had["builds by "+b.cause]++
		had[fmt.Sprintf("%s %s", b.row.Job, b.row.Status)]++
		for _, s := range b.steps {
			if s.Status == state.StepSucceeded && strings.HasPrefix(s.Message, "as in build") {
				had["steps as in another build"]++
			}
		}
		for _, a := range b.artifacts {
			if r := h.DB.run(a.Run); r != nil && r.build != b {
				had["artifacts of another build"]++
			}
		}
	}
	for _, r := range h.DB.runs {
		had["runs "+string(r.row.Status)]++
		if r.row.Worker != "" {
			had["runs on worker "+h.DB.worker(r.row.Worker).row.Name]++
		}
	}
	return had
}

// A failing seed is worth nothing if it does not fail again.
func TestAHistoryFollowsFromItsSeed(t *testing.T) {
	for seed := range uint64(10) {
		a, errA := play(seed, honest)
		b, errB := play(seed, honest)
		if !slices.Equal(a.Trace, b.Trace) || fmt.Sprint(errA) != fmt.Sprint(errB) {
			t.Fatalf("seed %d: two histories", seed)
		}
	}
}

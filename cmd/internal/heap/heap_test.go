package heap

import (
	"runtime"
	"runtime/debug"
	"testing"

	"pgregory.net/rapid"
)

// The collector runs at the floor, or when the heap has doubled, whichever is later.
func TestGoalIsTheFloorOrTwiceWhatLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		floor := rapid.Uint64Range(smallest, 1<<32).Draw(t, "floor")
		live := rapid.Uint64Range(smallest, 1<<34).Draw(t, "live")
		goal, want := live+live*uint64(percent(live, floor))/100, max(floor, 2*live)
		if slack := live/100 + 2; goal+slack < want || goal > want+slack {
			t.Fatalf("the goal is %d, not %d", goal, want)
		}
	})
}

func TestBackIsAsItWas(t *testing.T) {
	for name, before := range map[string]int{"default": usual, "set by somebody": 40, "off": -1} {
		t.Run(name, func(t *testing.T) {
			old := debug.SetGCPercent(before)
			defer debug.SetGCPercent(old)
			back := Floor(64 << 20)
			runtime.GC()
			back()
			back()
			if now := debug.SetGCPercent(before); now != before {
				t.Errorf("it was %d and is %d", before, now)
			}
		})
	}
}

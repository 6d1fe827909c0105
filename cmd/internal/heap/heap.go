package heap

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	usual    = 100     // percent of what lives that may be added before the collector runs: Go's default
	smallest = 4 << 20 // bytes: the heap that Go collects first at the usual percentage
	look     = 2 * time.Millisecond
)

// Floor keeps the collector away while the heap is smaller than so many bytes,
// until back is called. Above it the collector runs as always, so the most that
// the process takes stays what it would be. Whoever has set GOGC knows better:
// then nothing changes.
func Floor(bytes uint64) (back func()) {
	if before := debug.SetGCPercent(percent(live(), bytes)); before != usual {
		debug.SetGCPercent(before)
		return func() {}
	}
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		follow(bytes, done)
	}()
	return sync.OnceFunc(func() {
		close(done)
		<-stopped
		debug.SetGCPercent(usual)
	})
}

// follow sets the percentage anew after each collection.
func follow(floor uint64, done <-chan struct{}) {
	ticks := time.NewTicker(look)
	defer ticks.Stop()
	for now, before := live(), uint64(0); ; before, now = now, live() {
		if now != before {
			debug.SetGCPercent(percent(now, floor))
		}
		select {
		case <-ticks.C:
		case <-done:
			return
		}
	}
}

// percent is what may be added to what lives, so that the collector runs when
// the heap reaches the floor, or as usual where it is above.
func percent(live, floor uint64) int {
	live = max(live, smallest)
	return max(usual, int(100*floor/live)-100)
}

// live are the bytes that the last collection found to be in use.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

package place

import "fmt"

// leastLoaded prefers the worker of which the smallest part is taken: of its places,
// its cores or its memory, whichever is scarcest.
func leastLoaded() Strategy {
	return Strategy{
		Name: "least-loaded",
		Does: "the worker of whose places, cores or memory (as tasks' limits say) the smallest part is taken",
		rank: func(_ *placer, _ *Run, w *Worker) int64 { return load(w) },
		fact: func(_ *placer, _ *Run, w *Worker) string { return fmt.Sprintf("%d%% loaded", load(w)*100/whole) },
	}
}

const whole = 1_000_000

func load(w *Worker) int64 {
	return max(share(int64(w.InFlight), int64(w.Capacity)), share(w.Reserved.CPU, w.Offers.CPU), share(w.Reserved.Memory/whole, w.Offers.Memory/whole))
}

func share(of, all int64) int64 {
	if all <= 0 {
		return 0
	}
	return of * whole / all
}

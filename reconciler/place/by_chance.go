package place

import (
	"fmt"
	"hash/fnv"
)

// random takes any worker: which one follows from the run, so that a decision can be
// looked at again.
func random() Strategy {
	draw := func(r *Run, w *Worker) uint32 {
		h := fnv.New32a()
		h.Write([]byte(w.ID + r.ID))
		return h.Sum32()
	}
	return Strategy{
		Name: "random",
		Does: "any worker",
		rank: func(_ *placer, r *Run, w *Worker) int64 { return int64(draw(r, w)) },
		fact: func(_ *placer, r *Run, w *Worker) string { return fmt.Sprintf("drew %08x", draw(r, w)) },
	}
}

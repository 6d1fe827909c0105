package cue

import (
	"fmt"
	"runtime/metrics"
	"time"

	"github.com/weirci/weir/lang/diag"
)

// What evaluating a pipeline may cost. CUE cannot be stopped, so an evaluation
// that costs more is left behind: its process should end soon after.
const (
	maxTime   = 15 * time.Second
	maxMemory = 1 << 30 // bytes, of the whole process
	lookEvery = 5 * time.Millisecond
)

// withinBudget gives the result of do, or what it cost too much of.
func withinBudget(dir string, do func() result) result { return within(dir, maxTime, maxMemory, do) }

func within(dir string, most time.Duration, memory uint64, do func() result) result {
	done := make(chan result, 1)
	go func() {
		var out result
		defer func() { done <- out }()
		defer recovered(dir, &out.problems)
		out = do()
	}()
	deadline := time.NewTimer(most)
	defer deadline.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case out := <-done:
			return out
		case <-deadline.C:
			return tooExpensive(dir, fmt.Sprintf("more than %v", most))
		case <-look.C:
			if inUse() > memory {
				return tooExpensive(dir, fmt.Sprintf("more than %d MiB of memory", memory>>20))
			}
		}
	}
}

func tooExpensive(dir, what string) result {
	var out result
	out.problems.Append(diag.Diagnostic{Code: diag.TooExpensive, Range: diag.Range{File: dir}, Summary: "Evaluation given up",
		Detail: "Evaluating the CUE files here takes " + what + ".",
		Fix:    &diag.Fix{Help: "look for definitions that refer to themselves, and for disjunctions of many structs"}})
	return out
}

// inUse is the memory that the process needs and cannot give back: what is alive
// on the heap, and the stacks, of which a deep recursion makes large ones.
func inUse() uint64 {
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() + samples[1].Value.Uint64()
}

// recovered turns a panic of the library, which is large and takes arbitrary
// input, into a problem.
func recovered(file string, to *diag.List) {
	if p := recover(); p != nil {
		to.Errorf(diag.CannotCompile, diag.Range{File: file}, "Cannot evaluate", "Evaluating CUE failed unexpectedly: %s.", fmt.Sprint(p))
	}
}

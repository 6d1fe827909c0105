package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// table prints a row as soon as it is known.
type table struct{ out io.Writer }

func newTable(out io.Writer) *table {
	t := &table{out}
	t.row("what", "median", "ratio", "floor")
	return t
}

func (t *table) row(what, figure, ratio, floor string) {
	fmt.Fprintf(t.out, "%-40s %17s  %21s  %s\n", what, figure, ratio, floor)
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2].Round(100 * time.Microsecond)
}

func ratio(a, b time.Duration) string { return fmt.Sprintf("%.2f ×", float64(a)/float64(b)) }

func perSecond(r float64) string { return fmt.Sprintf("%.1f/s", r) }

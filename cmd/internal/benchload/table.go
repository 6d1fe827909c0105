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
	t.row("what", "figure", "cores: servers + postgres", "floor")
	return t
}

func (t *table) row(what, figure, cores, floor string) {
	fmt.Fprintf(t.out, "%-52s %16s  %26s  %s\n", what, figure, cores, floor)
}

// percentile of what is not empty; p is in [0, 100].
func percentile(d []time.Duration, p int) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[min(len(d)*p/100, len(d)-1)].Round(100 * time.Microsecond)
}

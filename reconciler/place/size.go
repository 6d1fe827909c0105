package place

import (
	"fmt"
	"strconv"
	"strings"
)

// Size is what a run asks for, or a worker has.
type Size struct {
	CPU    int64 // thousandths of a core
	Memory int64 // bytes
}

// String is for people: "cpu 0.5, memory 2 GiB"; "nothing" for nothing.
func (s Size) String() string {
	var parts []string
	if s.CPU != 0 {
		parts = append(parts, "cpu "+Cores(s.CPU))
	}
	if s.Memory != 0 {
		parts = append(parts, "memory "+Bytes(s.Memory))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// Cores writes thousandths of a core as cores.
func Cores(millis int64) string {
	return strconv.FormatFloat(float64(millis)/1000, 'f', -1, 64)
}

// Bytes writes bytes in the largest unit that leaves no more than one digit behind
// the point.
func Bytes(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	f, i := float64(n), 0
	for (f >= 1024 || f <= -1024) && i < len(units)-1 {
		f, i = f/1024, i+1
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") + " " + units[i]
}

// within says that what is asked for fits into all that a worker has.
func (s Size) within(offers Size) bool {
	return (offers.CPU == 0 || s.CPU <= offers.CPU) && (offers.Memory == 0 || s.Memory <= offers.Memory)
}

// room says that a worker has what a run asks for, now.
func room(w *Worker, r *Run) bool {
	return Size{w.Reserved.CPU + r.Asks.CPU, w.Reserved.Memory + r.Asks.Memory}.within(Size{
		unless(r.Asks.CPU == 0, w.Offers.CPU), unless(r.Asks.Memory == 0, w.Offers.Memory)})
}

// unless: what is not asked for is not compared. More may be reserved than there
// is, after a worker came back smaller.
func unless(not bool, n int64) int64 {
	if not {
		return 0
	}
	return n
}

// free is what a worker has left of what it says that it has.
func free(w *Worker) Size {
	var f Size
	if w.Offers.CPU > 0 {
		f.CPU = w.Offers.CPU - w.Reserved.CPU
	}
	if w.Offers.Memory > 0 {
		f.Memory = w.Offers.Memory - w.Reserved.Memory
	}
	return f
}

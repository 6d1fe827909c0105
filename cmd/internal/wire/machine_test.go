package wire

import "testing"

// A worker says what it was told, or what the machine has.
func TestCounted(t *testing.T) {
	for _, c := range []struct{ told, there, want int64 }{{0, 8000, 8000}, {2000, 8000, 2000}, {16000, 8000, 16000}, {-1, 8000, 0}, {0, 0, 0}} {
		if got := counted(c.told, c.there); got != c.want {
			t.Errorf("told %d, there %d: %d", c.told, c.there, got)
		}
	}
	if got := meminfo("MemFree: 12 kB\nMemTotal:       16384 kB\n"); got != 16<<20 {
		t.Errorf("memory: %d", got)
	}
	if got := meminfo("nothing of it"); got != 0 {
		t.Errorf("memory: %d", got)
	}
}

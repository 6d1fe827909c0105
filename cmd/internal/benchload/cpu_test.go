package main

import (
	"os"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	got, err := parseStat([]byte("42 (a (b) c) S 7 42 42 0 -1 4194560 100 0 0 0 30 20 5 1 20 0 1 0 100"))
	if want := (process{42, 7, 560 * time.Millisecond}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "42", "42 (x) S 7", "x (x) S 7 42 42 0 -1 4194560 100 0 0 0 30 20 5 1"} {
		if _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// Work of this process is its family's, and its parent's.
func TestFamily(t *testing.T) {
	before := family(os.Getpid())
	for began := time.Now(); time.Since(began) < 50*time.Millisecond; {
	}
	if after := family(os.Getpid()); after <= before {
		t.Errorf("%v, then %v", before, after)
	}
}

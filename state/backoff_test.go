package state

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBackoffDoublesUpToTheMost(t *testing.T) {
	for n, want := range map[int]time.Duration{0: time.Second, 1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second, 5: 10 * time.Second, 5000: 10 * time.Second} {
		if got := Backoff(time.Second, 10*time.Second, n, 0.5); got != want {
			t.Errorf("after %d faults: %v, want %v", n, got, want)
		}
	}
}

func TestBackoffStaysInItsBand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, jitter := rapid.IntRange(1, 100).Draw(t, "n"), rapid.Float64Range(0, 0.999).Draw(t, "jitter")
		got := Backoff(time.Second, time.Minute, n, jitter)
		if got < 750*time.Millisecond || got > 75*time.Second {
			t.Errorf("%v", got)
		}
	})
}

func TestVersionDigestIgnoresTheOrderOfKeys(t *testing.T) {
	a, b := map[string]string{"ref": "1", "path": "x"}, map[string]string{"path": "x", "ref": "1"}
	if VersionDigest(a) != VersionDigest(b) || VersionDigest(a) == VersionDigest(nil) {
		t.Error("digest is not one of the version's content")
	}
}

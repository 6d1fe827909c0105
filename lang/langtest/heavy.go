package langtest

import (
	"os"
	"testing"
)

// Heavy is called first by a test of one goroutine that gives it as much to do
// as it may be given. The race detector sees nothing in it and makes it take ten
// times as long, so with it the test is skipped: make test runs these packages
// without it too. With WEIR_LONG (make test-long) nothing is skipped.
func Heavy(t *testing.T) {
	t.Helper()
	if race && os.Getenv("WEIR_LONG") == "" {
		t.Skip("one goroutine with much to do: it runs without the race detector, or with WEIR_LONG=1")
	}
}

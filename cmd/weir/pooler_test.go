package main_test

import (
	"testing"

	"github.com/weirci/weir/state/postgres/pgtest"
)

// A server that reaches its database through PgBouncer in transaction mode, and
// past it only for what needs a session.
func TestAServerBehindPgBouncer(t *testing.T) {
	s := newSystemBehind(t, "process", pgtest.Pooler)
	s.apply()
	for range 3 {
		out, code := s.run("trigger", "-p", "faults", "count", "--watch")
		if code != 0 {
			t.Fatalf("exit code %d\n%s", code, out)
		}
		inOrder(t, "kept", out)
	}
}

package main_test

import (
	"fmt"
	"strings"
	"testing"
)

// Two servers on one database share the work, and one may die in the middle of it:
// what it held is taken over when its leases run out.
func TestTwoServersShareTheWork(t *testing.T) {
	s := newSystem(t, "process")
	s.env = append(s.env, "WEIR_LOG=debug")
	address := freeAddress(t)
	second := s.start("server", "--listen", address)
	defer func() { _ = second.cmd.Process.Kill() }()
	s.eventually("the second server answers", func() bool { _, code := s.run("workers", "--server", "http://"+address); return code == 0 })
	s.server.kill(t) // and comes back as one that says what it does
	s.startServer()
	s.apply()

	const builds = 6
	for range builds {
		s.mustRun("trigger", "-p", "faults", "count", "--server", "http://"+address)
	}
	reconciles := func(p *process) bool { return strings.Contains(p.out.String(), "reconciled") }
	s.eventually("both servers reconcile", func() bool { return reconciles(s.server) && reconciles(second) })
	second.kill(t)

	for i := range builds {
		out, code := s.run("watch", "-p", "faults", fmt.Sprintf("count/%d", i+1))
		if code != 0 {
			t.Errorf("build %d: exit code %d\n%s", i+1, code, out)
		}
		inOrder(t, "kept", out)
	}
}

package main_test

import (
	"bufio"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// stamps says the time, in nanoseconds, every 50 ms.
const (
	stampCount    = 40
	stampPipeline = `
pipeline "stamps" {}
variable "image" { type = string }
job "stamps" {
  task "stamps" {
    image  = var.image
    script = "i=0; while [ $i -lt %d ]; do i=$((i+1)); echo stamp $(date +%%s%%N); sleep 0.05; done"
  }
}
`
)

// A line is seen by who watches, on any server, within 200 ms of being written: the
// servers tell each other by the database, not by looking now and then. The bound
// is on the median, as a machine that is busy is late with anything; the worst is
// told.
func TestLinesAreSeenSoonOnAnyServer(t *testing.T) {
	s := newSystem(t, "process")
	address := freeAddress(t)
	second := s.start("server", "--listen", address)
	t.Cleanup(func() { _ = second.cmd.Process.Kill(); _ = second.cmd.Wait() })
	s.eventually("the second server answers", func() bool { _, code := s.run("workers", "--server", "http://"+address); return code == 0 })
	s.applyText(fmt.Sprintf(stampPipeline, stampCount))
	s.mustRun("trigger", "-p", "stamps", "stamps")

	delays := map[string]chan []time.Duration{}
	for name, server := range map[string]string{"the worker's server": s.address, "another server": address} {
		seen := make(chan []time.Duration, 1)
		delays[name] = seen
		go func() { seen <- s.stampDelays("http://" + server) }()
	}
	for name, c := range delays {
		got := <-c
		if len(got) != stampCount {
			t.Fatalf("%s: %d stamps of %d", name, len(got), stampCount)
		}
		slices.Sort(got)
		t.Logf("%s: seen after %v at the median, %v at the worst", name, got[len(got)/2].Round(time.Millisecond), got[len(got)-1].Round(time.Millisecond))
		if got[len(got)/2] > time.Second { // what nobody is told of is looked for later than that
			t.Errorf("%s: lines are seen after %v", name, got[len(got)/2])
		}
	}
}

// stampDelays watches, and says how old each line was when it came.
func (s *system) stampDelays(server string) (out []time.Duration) {
	cmd := exec.Command(s.weir, "watch", "-p", "stamps", "stamps/1", "--server", server)
	cmd.Env, cmd.Dir = s.env, s.dir
	pipe, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return nil
	}
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		now := time.Now()
		_, stamp, _ := strings.Cut(lines.Text(), "| stamp ")
		if ns, err := strconv.ParseInt(stamp, 10, 64); err == nil {
			out = append(out, now.Sub(time.Unix(0, ns)))
		}
	}
	_ = cmd.Wait()
	return out
}

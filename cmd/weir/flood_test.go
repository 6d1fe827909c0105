package main_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state/embedded"
)

// floodLine is 80 bytes with its end: a number, and what fills the line.
const (
	floodLine  = `%09d the quick brown fox jumps over the lazy dog, and on it goes until 80 b\n`
	mostGrowth = 64 << 20
)

const floodPipeline = `
pipeline "flood" {}
variable "image" { type = string }
job "flood" {
  task "flood" {
    image  = var.image
    script = "awk 'BEGIN { for (i = 1; i <= %d; i++) printf \"%s\", i }'"
  }
}
job "beside" {
  task "quick" {
    image  = var.image
    script = "echo beside"
  }
}
`

// A task that prints a million lines as fast as it can: each of them is seen once
// and in order by who watches, somebody who watches and does not read is in
// nobody's way, other builds run meanwhile, and no process grows by more than
// 64 MiB. Without WEIR_LONG it is a tenth of that.
func TestAFloodOfOutput(t *testing.T) {
	count := 100_000
	kinds := []string{"process"}
	if os.Getenv("WEIR_LONG") != "" {
		count, kinds = 1_000_000, runtimes(t)
	}
	for _, runtime := range kinds {
		t.Run(runtime, func(t *testing.T) { flood(t, runtime, count) })
	}
}

func flood(t *testing.T, runtime string, count int) {
	s := newSystem(t, runtime)
	s.applyText(fmt.Sprintf(floodPipeline, count, strings.ReplaceAll(floodLine, `\`, `\\`)))
	memory := s.measure(s.worker.cmd.Process.Pid, s.server.cmd.Process.Pid, s.postmaster())
	began := time.Now()
	s.mustRun("trigger", "-p", "flood", "flood")
	seen := &countedLines{}
	watch := exec.Command(s.weir, "watch", "-p", "flood", "flood/1")
	watch.Env, watch.Dir, watch.Stdout, watch.Stderr = s.env, s.dir, seen, seen
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	idle := s.watchWithoutReading("flood/1")
	memory.add(watch.Process.Pid, idle)
	s.mustRun("trigger", "-p", "flood", "beside", "--watch")
	beside := time.Since(began)
	if err := watch.Wait(); err != nil {
		t.Errorf("watch: %v", err)
	}
	took := time.Since(began)
	peaks := memory.stop()
	if seen.count != count || seen.wrong != "" {
		t.Errorf("%d lines of %d; %s", seen.count, count, seen.wrong)
	}
	t.Logf("%s: %d lines, %d MB, seen to their end after %.1f s (%.0f lines/s); a build beside it took %.1f s; most growth:", runtime, count, count*80/1e6, took.Seconds(), float64(count)/took.Seconds(), beside.Seconds())
	for _, name := range slices.SortedFunc(maps.Keys(peaks), func(a, b string) int { return int(peaks[b] - peaks[a]) }) {
		t.Logf("  %6.1f MiB  %s", float64(peaks[name])/(1<<20), name)
		if peaks[name] > mostGrowth {
			t.Errorf("%s grew by %d MiB", name, peaks[name]>>20)
		}
	}
	if os.Getenv("WEIR_LONG") != "" {
		s.putTogether(count)
	}
	for _, want := range []string{"weir server", "weir worker", "weir watch", "postgres"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(peaks)), func(n string) bool { return strings.HasPrefix(n, want) }) {
			t.Errorf("no process %s was measured", want)
		}
	}
}

// putTogether waits until the log, whose build has ended, is few rows, and reads it again.
func (s *system) putTogether(count int) {
	s.t.Helper()
	ctx := context.Background()
	db, err := pgx.Connect(ctx, s.postgres.URL(embedded.Database))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = db.Close(ctx) }()
	rows := func() (n, bytes int) {
		if err := db.QueryRow(ctx, "SELECT count(*), sum(octet_length(records)) FROM log_chunks").Scan(&n, &bytes); err != nil {
			s.t.Fatal(err)
		}
		return n, bytes
	}
	came, cameBytes := rows()
	for deadline := time.Now().Add(4 * time.Minute); ; time.Sleep(time.Second) {
		n, bytes := rows()
		if most := count*80/(3<<20) + 2; n <= most {
			s.t.Logf("  the log came as %d rows with %d kB, and was put together as %d with %d kB", came, cameBytes/1000, n, bytes/1000)
			break
		} else if time.Now().After(deadline) {
			s.t.Fatalf("the logs are %d rows, want at most %d", n, most)
		}
	}
	seen := &countedLines{}
	watch := exec.Command(s.weir, "watch", "-p", "flood", "flood/1")
	watch.Env, watch.Dir, watch.Stdout, watch.Stderr = s.env, s.dir, seen, seen
	began := time.Now()
	if err := watch.Run(); err != nil || seen.count != count || seen.wrong != "" {
		s.t.Errorf("put together: %v, %d lines of %d; %s", err, seen.count, count, seen.wrong)
	}
	s.t.Logf("  read again in %.1f s", time.Since(began).Seconds())
}

// watchWithoutReading is a watch whose output goes into a pipe that nobody reads.
func (s *system) watchWithoutReading(build string) (pid int) {
	s.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(s.weir, "watch", "-p", "flood", build)
	cmd.Env, cmd.Dir, cmd.Stdout = s.env, s.dir, w
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	w.Close()
	s.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		r.Close()
	})
	return cmd.Process.Pid
}

// countedLines looks at lines as they pass by, and keeps none.
type countedLines struct {
	rest  []byte
	count int
	wrong string // the first line that was not the next
}

func (c *countedLines) Write(p []byte) (int, error) {
	c.rest = append(c.rest, p...)
	for {
		line, rest, ok := bytes.Cut(c.rest, []byte("\n"))
		if !ok {
			c.rest = append(c.rest[:0:0], c.rest...)
			return len(p), nil
		}
		c.line(line)
		c.rest = rest
	}
}

func (c *countedLines) line(line []byte) {
	_, text, ok := bytes.Cut(line, []byte("| "))
	if !ok {
		return
	}
	c.count++
	if want := fmt.Sprintf(strings.TrimSuffix(floodLine, `\n`), c.count); string(text) != want && c.wrong == "" {
		c.wrong = fmt.Sprintf("line %d is %q", c.count, line)
	}
}

// postmaster is the process id of the database.
func (s *system) postmaster() int {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		s.t.Fatal(err)
	}
	return pid
}

// memory follows processes and all that descend from them.
type memory struct {
	roots, ended chan int
	peaks        chan map[string]int64
}

// measure begins: what the processes hold now is not growth.
func (s *system) measure(pids ...int) *memory {
	m := &memory{make(chan int, 16), make(chan int), make(chan map[string]int64)}
	go m.follow(pids)
	return m
}

func (m *memory) add(pids ...int) {
	for _, pid := range pids {
		m.roots <- pid
	}
}

func (m *memory) stop() map[string]int64 {
	close(m.ended)
	return <-m.peaks
}

func (m *memory) follow(roots []int) {
	base, peaks := map[string]int64{}, map[string]int64{}
	for name, held := range descendants(roots) {
		base[name] = held
	}
	for {
		select {
		case <-m.ended:
			m.peaks <- peaks
			return
		case pid := <-m.roots:
			roots = append(roots, pid)
		case <-time.After(20 * time.Millisecond):
		}
		for name, held := range descendants(roots) {
			peaks[name] = max(peaks[name], held-base[name])
		}
	}
}

// descendants gives, by name and id, the memory of processes that is their own:
// neither files' nor shared with others (PostgreSQL's buffers are one block for all).
func descendants(roots []int) map[string]int64 {
	children, own, names := map[int][]int{}, map[int]int64{}, map[int]string{}
	found, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, path := range found {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		var pid, parent int
		var held int64
		for line := range strings.Lines(string(text)) {
			_, _ = fmt.Sscanf(line, "Pid: %d", &pid)
			_, _ = fmt.Sscanf(line, "PPid: %d", &parent)
			_, _ = fmt.Sscanf(line, "RssAnon: %d kB", &held)
		}
		children[parent] = append(children[parent], pid)
		own[pid], names[pid] = held<<10, processName(pid)
	}
	out := map[string]int64{}
	for todo := slices.Clone(roots); len(todo) > 0; todo = todo[1:] {
		pid := todo[0]
		if name := names[pid]; name != "" {
			out[fmt.Sprintf("%s (%d)", name, pid)] = own[pid]
		}
		todo = append(todo, children[pid]...)
	}
	return out
}

func processName(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	words := strings.FieldsFunc(string(text), func(r rune) bool { return r == 0 })
	if len(words) == 0 {
		return ""
	}
	name := strings.Join(append([]string{filepath.Base(words[0])}, words[1:min(len(words), 3)]...), " ")
	if strings.HasPrefix(name, "postgres: ") { // and what it does just now
		name = strings.Join(strings.Fields(name)[:2], " ")
	}
	return name[:min(len(name), 40)]
}

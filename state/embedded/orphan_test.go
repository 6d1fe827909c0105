package embedded_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weirci/weir/state/embedded"
)

// helperDir makes the test binary the Weir that is killed.
const helperDir = "WEIR_TEST_EMBEDDED_DIR"

func TestHelperProcess(t *testing.T) {
	dir := os.Getenv(helperDir)
	if dir == "" {
		t.Skip("only in the child process of the next test")
	}
	s, err := embedded.Start(t.Context(), embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("pid " + strconv.Itoa(s.Pid()) + "\n")
	select {}
}

// A Weir that is killed takes its PostgreSQL with it, and the next one starts.
func TestPostgresDiesWithItsParent(t *testing.T) {
	dir := directory(t)
	if s := start(t, dir); s.Stop(t.Context()) != nil { // so that initdb is done, or skip
		t.Fatal("stop")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$", "-test.v")
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := readPid(t, bufio.NewScanner(out))
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	query(t, start(t, dir), "SELECT 'ok'") // while the first may still be ending
	for range 100 {
		if syscall.Kill(pid, 0) == syscall.ESRCH {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("PostgreSQL %d outlived its parent", pid)
}

func readPid(t *testing.T, lines *bufio.Scanner) int {
	t.Helper()
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "pid "); ok {
			pid, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
	}
	t.Fatal("the child said nothing")
	return 0
}

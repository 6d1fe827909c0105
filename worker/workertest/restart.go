package workertest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/weirci/weir/worker"
)

// Help is what the helper process does: it starts the tasks on its standard
// input, says so, and waits to be killed.
func Help(r worker.Runtime) error {
	var tasks []worker.Task
	if err := json.NewDecoder(os.Stdin).Decode(&tasks); err != nil {
		return err
	}
	for _, task := range tasks {
		if _, err := r.Start(context.Background(), task); err != nil {
			return err
		}
	}
	fmt.Println("started")
	_, err := io.Copy(io.Discard, os.Stdin) // the test holds it open
	return err
}

// restart starts runs from another process, kills it with -9, and looks for them
// from here: one that goes on, one that has ended meanwhile.
func restart(t *testing.T, f Fixture) {
	going, ended := f.sh("i=0; while [ $i -lt 60 ]; do echo line $i; i=$((i+1)); sleep 0.05; done; exit 5"), f.sh("echo done; exit 6")
	cmd, reopen := f.Second(t)
	startElsewhere(t, cmd, going, ended)
	r := reopen(t)
	ids, err := r.List(t.Context())
	if err != nil || !slices.Contains(ids, going.RunID) || !slices.Contains(ids, ended.RunID) {
		t.Fatalf("runs: %v, %v", ids, err)
	}
	if _, err := r.Start(t.Context(), going); err != nil {
		t.Errorf("start of what runs: %v", err)
	}
	if got := f.wait(t, r, ended.RunID); got.Code != 6 || got.Stdout != "done\n" || got.Err != "" {
		t.Errorf("the one that ended: %+v, %q", got.Exit, got.Stdout)
	}
	var want string
	for i := range 60 {
		want += fmt.Sprintf("line %d\n", i)
	}
	if got := f.wait(t, r, going.RunID); got.Code != 5 || got.Stdout != want || got.Err != "" {
		t.Errorf("the one that went on: %+v, %q", got.Exit, got.Stdout)
	}
	for _, id := range []string{going.RunID, ended.RunID} {
		if err := r.Remove(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
}

// startElsewhere returns when the process that started the tasks was killed.
func startElsewhere(t *testing.T, cmd *exec.Cmd, tasks ...worker.Task) {
	t.Helper()
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(in).Encode(tasks); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "started\n" {
		t.Fatalf("helper: %q, %v", line, err)
	}
	time.Sleep(100 * time.Millisecond) // let one end, and the other write something
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

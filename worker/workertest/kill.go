package workertest

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func (f Fixture) kill(t *testing.T, runID string, grace time.Duration) time.Duration {
	t.Helper()
	begin := time.Now()
	if err := f.Runtime.Kill(t.Context(), runID, grace); err != nil {
		t.Fatal(err)
	}
	return time.Since(begin)
}

func killTerm(t *testing.T, f Fixture) {
	task := f.sh(`trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.02; done`)
	f.start(t, task)
	f.waitFor(t, task.RunID, "ready")
	took := f.kill(t, task.RunID, 20*time.Second)
	if r := f.wait(t, f.Runtime, task.RunID); r.Code != 7 || !strings.HasSuffix(r.Stdout, "bye\n") {
		t.Errorf("%+v, %q", r.Exit, r.Stdout)
	}
	if took > 10*time.Second {
		t.Errorf("it took %v: the grace was waited for", took)
	}
}

func killHard(t *testing.T, f Fixture) {
	task := f.sh(`trap 'echo ignored' TERM; echo ready; while :; do sleep 0.02 || true; done`)
	f.start(t, task)
	f.waitFor(t, task.RunID, "ready")
	const grace = 300 * time.Millisecond
	took := f.kill(t, task.RunID, grace)
	r := f.wait(t, f.Runtime, task.RunID)
	if r.Code != 137 || r.Err != "" || r.Stdout != "ready\nignored\n" {
		t.Errorf("%+v, %q", r.Exit, r.Stdout)
	}
	if took < grace {
		t.Errorf("it took %v: no grace was given", took)
	}
}

// killAll uses a volume to see whether something still writes.
func killAll(t *testing.T, f Fixture) {
	task := f.sh(`setsid sh -c 'trap "" TERM; while :; do date >> out/beat; sleep 0.02 || true; done' & echo ready; wait`)
	out := task.RunID + "-out"
	f.removeVolume(t, out)
	task.Mounts = append(task.Mounts, mount(out, "out", "output"))
	f.start(t, task)
	f.waitFor(t, task.RunID, "ready")
	f.kill(t, task.RunID, 100*time.Millisecond)
	f.wait(t, f.Runtime, task.RunID)
	size := func() int64 {
		st, err := os.Stat(f.Path(out) + "/beat")
		if err != nil {
			return 0
		}
		return st.Size()
	}
	before := size()
	time.Sleep(200 * time.Millisecond)
	if after := size(); after != before {
		t.Errorf("something still writes: %d bytes, then %d", before, after)
	}
}

func killEnded(t *testing.T, f Fixture) {
	task := f.sh("exit 4")
	f.run(t, task)
	f.kill(t, task.RunID, time.Second)
	if r := f.wait(t, f.Runtime, task.RunID); r.Code != 4 {
		t.Errorf("%+v", r.Exit)
	}
}

func waitCancelled(t *testing.T, f Fixture) {
	task := f.sh("sleep 1000")
	f.start(t, task)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.Runtime.Wait(ctx, task.RunID); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	f.kill(t, task.RunID, 0)
	if r := f.wait(t, f.Runtime, task.RunID); r.Code != 137 {
		t.Errorf("it was not there any more: %+v", r.Exit)
	}
}

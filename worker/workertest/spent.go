package workertest

import (
	"context"
	"testing"
	"time"

	"github.com/weirci/weir/worker"
)

// spent: what a start says of its time is no more than it took, and the phases that
// it went through have some; so does the one in which it failed.
func spent(t *testing.T, f Fixture) {
	task := f.sh("true")
	task.Mounts = []worker.Mount{{Volume: task.RunID + "-cache", Path: worker.BuildDir + "/cache", Kind: worker.MountCache}}
	f.removeVolume(t, task.Mounts[0].Volume)
	t.Cleanup(func() {
		if err := f.Runtime.Remove(context.WithoutCancel(t.Context()), task.RunID); err != nil {
			t.Error(err)
		}
	})
	begin := time.Now()
	s, err := f.Runtime.Start(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); s.Pull+s.Fetch+s.Create > took || s.Fetch <= 0 || s.Create <= 0 || f.Isolated != (s.Pull > 0) {
		t.Errorf("%+v of %s", s, took)
	}
	f.wait(t, f.Runtime, task.RunID)

	missing := f.sh("true")
	missing.Mounts = []worker.Mount{{Volume: "nobody-made-it", Path: worker.BuildDir + "/in", Kind: worker.MountInput}}
	if s, err = f.Runtime.Start(t.Context(), missing); err == nil || s.Fetch <= 0 {
		t.Errorf("a start without its input: %+v, %v", s, err)
	}
}

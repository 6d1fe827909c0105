package workertest

import (
	"os"
	"slices"
	"testing"

	"github.com/weirci/weir/worker"
)

func mount(volume, name string, kind worker.MountKind) worker.Mount {
	return worker.Mount{Volume: volume, Path: worker.BuildDir + "/" + name, Kind: kind}
}

func inputs(t *testing.T, f Fixture) {
	in := f.volume(t, "file", "as it was")
	task := f.sh("cat in/file; echo changed > in/file; echo new > in/new; cat in/file")
	task.Mounts = []worker.Mount{mount(in, "in", worker.MountInput)}
	if r := f.succeed(t, task); r.Stdout != "as it waschanged\n" {
		t.Errorf("%q", r.Stdout)
	}
	if text := f.read(t, in, "file"); text != "as it was" {
		t.Errorf("the input itself is now %q", text)
	}
	if e, err := os.ReadDir(f.Path(in)); err != nil || len(e) != 1 {
		t.Errorf("the input itself has now %v, %v", e, err)
	}
	task.RunID = NewID() // what one run changed, the next does not see
	if r := f.succeed(t, task); r.Stdout != "as it waschanged\n" {
		t.Errorf("second run: %q", r.Stdout)
	}
}

func outputs(t *testing.T, f Fixture) {
	out := f.volume(t, "binary", "made")
	if handles, err := f.Runtime.ListVolumes(t.Context()); err != nil || !slices.Contains(handles, out) {
		t.Errorf("volumes: %v, %v", handles, err)
	}
	task := f.sh("cat a/binary b/binary")
	task.Mounts = []worker.Mount{mount(out, "a", worker.MountInput), mount(out, "b", worker.MountInput)}
	if r := f.succeed(t, task); r.Stdout != "mademade" {
		t.Errorf("%q", r.Stdout)
	}
	for range 2 {
		if err := f.Runtime.RemoveVolume(t.Context(), out); err != nil {
			t.Fatal(err)
		}
	}
	if handles, _ := f.Runtime.ListVolumes(t.Context()); slices.Contains(handles, out) {
		t.Error("the volume is still there")
	}
}

// The step goes on with what it was given: who comes after it sees what it
// made of that, and what it was given has not changed.
func outputOverInput(t *testing.T, f Fixture) {
	in := f.volume(t, "given", "as it was")
	task := f.sh(`cat repo/given; echo more >> repo/given; mkdir repo/new; touch repo/new/file`)
	out := task.RunID + "-repo"
	f.removeVolume(t, out)
	task.Mounts = []worker.Mount{mount(out, "repo", worker.MountOutput), mount(in, "repo", worker.MountInput)}
	if r := f.succeed(t, task); r.Stdout != "as it was" {
		t.Errorf("%q", r.Stdout)
	}
	if got := f.read(t, out, "given"); got != "as it wasmore\n" {
		t.Errorf("the output has %q", got)
	}
	if got := f.read(t, in, "given"); got != "as it was" {
		t.Errorf("the input has become %q", got)
	}
	if got := f.read(t, out, "new/file"); got != "" {
		t.Errorf("%q", got)
	}
}

func caches(t *testing.T, f Fixture) {
	cache := "cache-" + NewID()
	f.removeVolume(t, cache)
	for _, want := range []string{"x", "xx", "xxx"} {
		task := f.sh(`printf x >> cache/f; cat cache/f`)
		task.Mounts = []worker.Mount{mount(cache, "cache", worker.MountCache)}
		if r := f.succeed(t, task); r.Stdout != want {
			t.Errorf("%q, want %q", r.Stdout, want)
		}
	}
}

func nested(t *testing.T, f Fixture) {
	in := f.volume(t, "file", "outer")
	task := f.sh("cat in/file; echo inner > in/sub/out")
	out := task.RunID + "-sub"
	f.removeVolume(t, out)
	task.Mounts = []worker.Mount{mount(out, "in/sub", worker.MountOutput), mount(in, "in", worker.MountInput)}
	if r := f.succeed(t, task); r.Stdout != "outer" {
		t.Errorf("%q", r.Stdout)
	}
	if text := f.read(t, out, "out"); text != "inner\n" {
		t.Errorf("output has %q", text)
	}
	if e, err := os.ReadDir(f.Path(in)); err != nil || len(e) != 1 {
		t.Errorf("the input itself has now %v, %v", e, err)
	}
}

func inputMissing(t *testing.T, f Fixture) {
	task := f.sh("true")
	task.Mounts = []worker.Mount{mount("never-made", "in", worker.MountInput)}
	if _, err := f.Runtime.Start(t.Context(), task); err == nil {
		t.Error("it started")
		_ = f.Runtime.Remove(t.Context(), task.RunID)
	}
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// wide is a pipeline that needs room in the database.
func wide(jobs int) string {
	var b strings.Builder
	b.WriteString(counting)
	for i := range jobs {
		fmt.Fprintf(&b, "job \"extra%d\" {\n  description = %q\n  task \"t\" {\n    image = \"oci:IMAGE\"\n    run = [\"true\"]\n  }\n}\n", i, strings.Repeat(fmt.Sprint("words ", i), 100))
	}
	return b.String()
}

// The database's disk is full while a build writes and somebody applies: the apply
// says so and changes nothing, the build waits, and when there is room again both
// are done as if nothing had been.
func TestFullDiskOfTheDatabase(t *testing.T) {
	needDisk(t)
	runtime := runtimes(t)[0]
	w := &installation{runtime: runtime, listen: "127.0.0.1:0", work: openWork(t)}
	w.dir = filepath.Join(w.work, "dev")
	disk := smallDisk(t, filepath.Join(w.dir, "postgres"), "160m")
	w.start(t)
	t.Cleanup(w.stop)
	w.apply(t, counting)

	ballast := filepath.Join(disk, "ballast")
	out := w.watchWhile(t, func() {
		fillUp(t, ballast)
		text, code := w.tryApply(t, wide(3000))
		if code != 2 || !strings.Contains(text, "disk") {
			t.Errorf("exit code %d, want 2 and a word about the disk:\n%s", code, text)
		}
		time.Sleep(time.Second)
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	})
	wantLines(t, out, "the database's disk was full")
	if text, code := w.tryApply(t, wide(20)); code != 0 || !strings.Contains(text, "20 added") {
		t.Errorf("exit code %d, want 0 and 20 jobs, as none is there yet:\n%s", code, text)
	}
}

// tryApply gives what is printed, and the exit code.
func (w *installation) tryApply(t *testing.T, pipeline string) (string, int) {
	t.Helper()
	pipeline = strings.ReplaceAll(pipeline, "IMAGE", filepath.Join(w.work, "image"))
	if err := os.WriteFile(filepath.Join(w.work, "pipeline.weir.hcl"), []byte(pipeline), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := w.weir("apply", w.work, "--auto-approve")
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

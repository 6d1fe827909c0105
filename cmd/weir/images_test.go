package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirci/weir/worker/image"
)

// withContainers is an installation with real containers.
func withContainers(t *testing.T) *installation {
	t.Helper()
	all := runtimes(t)
	if all[len(all)-1] != "containerd" {
		t.Skip("SKIPPED: images want containerd")
	}
	return newInstallation(t, "containerd")
}

// putImage puts a busybox with these files in place of what is in a directory.
func putImage(t *testing.T, layout string, files map[string]string) {
	t.Helper()
	if err := os.RemoveAll(layout); err != nil {
		t.Fatal(err)
	}
	if err := image.BusyboxWith(layout, files); err != nil {
		t.Fatal(err)
	}
}

const tagMoves = `
pipeline "moves" {}
job "all" {
  task "t" {
    image  = "oci:MOVING"
    script = "cat /etc/which; test -e /tmp/never"
  }
}
`

// A build that is done again has the image that it had, and not what the tag leads
// to by now; also where the failed step is all that is run again.
func TestRerunHasTheSameImages(t *testing.T) {
	w := withContainers(t)
	layout := filepath.Join(w.work, "moving")
	putImage(t, layout, map[string]string{"etc/which": "the first\n"})
	w.apply(t, strings.ReplaceAll(tagMoves, "MOVING", layout))
	said := func(args ...string) string {
		t.Helper()
		out, _ := w.weir(args...).CombinedOutput()
		return string(out)
	}
	if out := said("trigger", "all", "--watch"); !strings.Contains(out, "| the first\n") {
		t.Fatalf("the first build:\n%s\nweir dev:\n%s", out, w.log())
	}
	putImage(t, layout, map[string]string{"etc/which": "the second\n"})
	if out := said("trigger", "all", "--watch"); !strings.Contains(out, "| the second\n") {
		t.Errorf("a new build:\n%s", out)
	}
	for _, again := range []string{"rerun", "resume"} {
		if out := said(again, "all/1", "--watch"); !strings.Contains(out, "| the first\n") {
			t.Errorf("weir %s of the first build:\n%s", again, out)
		}
	}
	if out, err := w.weir("explain", "all/1").CombinedOutput(); err != nil || !bytes.Contains(out, []byte("@sha256:")) {
		t.Errorf("the build does not say which image it had: %v\n%s", err, out)
	}
}

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

// chained are the programs of a resource type whose versions are images: each holds
// the programs themselves, and how it came about.
var chained = map[string]string{
	"opt/chain": "base\n",
	"opt/resource/check": `#!/bin/sh
echo "checked in $(cat /opt/chain)" >&2
n=$(sed -n 's/.*"version":{"n":"\([^"]*\)"}.*/\1/p')
echo "[{\"n\":\"${n:-1}\"}]"
`,
	"opt/resource/in": `#!/bin/sh
n=$(sed -n 's/.*"version":{"n":"\([^"]*\)"}.*/\1/p')
mkdir -p $1/rootfs/opt
cp -a /bin $1/rootfs/
cp -a /opt/resource $1/rootfs/opt/
echo "$(cat /opt/chain) > $n" > $1/rootfs/opt/chain
cp /opt/chain $1/fetched_in
echo "{\"version\":{\"n\":\"$n\"},\"metadata\":[]}"
`,
}

const chainOfTypes = `
pipeline "chain" {}
resource_type "one" {
  image = "oci:TYPE"
}
resource "one" "image" {}
resource_type "two" {
  image = resource.one.image
}
resource "two" "image" {}
resource_type "three" {
  image = resource.two.image
}
resource "three" "thing" {}
resource "one" "tools" {
  source = { of = "tasks" }
  check {
    every = "never"
  }
}
job "all" {
  get "thing" {}
  task "t" {
    image  = resource.one.tools
    inputs = ["thing"]
    script = "echo tools: $(cat /opt/chain), thing: $(cat thing/fetched_in)"
  }
}
`

// A resource type whose image is of another type, whose image is of another one; and a
// task whose image is a version of a resource. What a build took it takes again; a new
// image of a type has what is of that type checked with it.
func TestImagesFromResources(t *testing.T) {
	w := withContainers(t)
	layout := filepath.Join(w.work, "type")
	putImage(t, layout, chained)
	w.apply(t, strings.ReplaceAll(chainOfTypes, "TYPE", layout))
	must := func(want string, args ...string) {
		t.Helper()
		if out, err := w.weir(args...).CombinedOutput(); err != nil || !bytes.Contains(out, []byte(want)) {
			t.Fatalf("weir %v: %v: no %q in\n%s\nweir dev:\n%s", args, err, want, out, w.log())
		}
	}
	must("the latest is n=1", "check", "thing")
	must("", "trigger", "all", "--no-check")
	must("waits for the image of task t: no version of resource.one.tools yet", "explain", "all/1")
	must("the latest is n=1", "check", "tools")
	must("| tools: base > 1, thing: base > 1 > 1\n", "watch", "all/1")
	must("resource.one.image  n=1", "explain", "all/1")

	must("the latest is n=2", "check", "one.image", "--from", "n=2")
	waitFor(t, "what is of the type to be checked with its new image", func() bool {
		out, err := w.weir("resources", "thing").CombinedOutput()
		return err == nil && bytes.Contains(out, []byte("checked in base > 2 > 1"))
	})
	must("| tools: base > 1, thing: base > 2 > 1\n", "trigger", "all", "--watch")
	must("| tools: base > 1, thing: base > 1 > 1\n", "rerun", "all/1", "--watch")
}

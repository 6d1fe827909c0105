package process

import (
	"testing"

	"github.com/weirci/weir/worker"
)

func TestPaths(t *testing.T) {
	p := newPaths("/w/r", []worker.Mount{
		{Path: "/tmp/build/in", Kind: worker.MountInput},
		{Path: "/root/.cache", Kind: worker.MountCache},
		{Path: "/root/.cache/go", Kind: worker.MountCache},
	})
	for from, to := range map[string]string{
		"/tmp/build":                        "/w/r/build",
		"/tmp/build/in/x":                   "/w/r/build/in/x",
		"cat /tmp/build/a /tmp/build/b":     "cat /w/r/build/a /w/r/build/b",
		"--out=/tmp/build/a":                "--out=/w/r/build/a",
		"'/tmp/build'":                      "'/w/r/build'",
		"file:///tmp/build/a":               "file:///w/r/build/a",
		"/tmp/builder":                      "/tmp/builder",
		"/var/tmp/build":                    "/var/tmp/build",
		"/tmp/build.txt /tmp/build-2":       "/tmp/build.txt /tmp/build-2",
		"/root/.cache/go/mod /root/.cached": "/w/r/root/root/.cache/go/mod /root/.cached",
		"":                                  "",
	} {
		if got := p.text(from); got != to {
			t.Errorf("%q becomes %q, want %q", from, got, to)
		}
	}
	if got := p.path("/tmp/build/../build/x"); got != "/w/r/build/x" {
		t.Errorf("path: %s", got)
	}
	if got := p.path("/etc"); got != "/etc" {
		t.Errorf("path: %s", got)
	}
}

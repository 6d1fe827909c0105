package worker_test

import (
	"slices"
	"testing"

	"github.com/weirci/weir/worker"
)

func TestOrder(t *testing.T) {
	in := func(volume, path string) worker.Mount {
		return worker.Mount{Volume: volume, Path: path, Kind: worker.MountInput}
	}
	out := func(volume, path, from string) worker.Mount {
		return worker.Mount{Volume: volume, Path: path, Kind: worker.MountOutput, From: from}
	}
	for name, tt := range map[string]struct{ mounts, want []worker.Mount }{
		"outer first":        {[]worker.Mount{in("a", "/b/x"), out("o", "/b", "")}, []worker.Mount{out("o", "/b", ""), in("a", "/b/x")}},
		"in the same place":  {[]worker.Mount{in("a", "/b/x"), in("c", "/b/y"), out("o", "/b/x/", "")}, []worker.Mount{out("o", "/b/x/", "a"), in("c", "/b/y")}},
		"output then input":  {[]worker.Mount{out("o", "/b", ""), in("a", "/b")}, []worker.Mount{out("o", "/b", "a")}},
		"a cache is another": {[]worker.Mount{in("a", "/b"), {Volume: "c", Path: "/b", Kind: worker.MountCache}}, []worker.Mount{in("a", "/b"), {Volume: "c", Path: "/b", Kind: worker.MountCache}}},
		"none":               {nil, nil},
	} {
		before := slices.Clone(tt.mounts)
		if got := worker.Order(tt.mounts); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
		if !slices.Equal(before, tt.mounts) {
			t.Errorf("%s: what was given has changed", name)
		}
	}
}

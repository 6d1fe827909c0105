package builtin_test

import (
	"slices"
	"testing"

	"github.com/weirci/weir/worker/builtin"
)

func TestArgv(t *testing.T) {
	got, err := builtin.Argv("/opt/weir", "git", []string{"/opt/resource/in", "/tmp/build/get"})
	if err != nil || !slices.Equal(got, []string{"/opt/weir", "resource-type", "git", "in", "/tmp/build/get"}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range [][]string{nil, {"/bin/sh"}, {"/opt/resource/"}, {"/opt/resource/../sh"}} {
		if got, err := builtin.Argv("/opt/weir", "git", bad); err == nil {
			t.Errorf("%v became %v", bad, got)
		}
	}
}

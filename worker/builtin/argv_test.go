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

func TestArgvOfSteps(t *testing.T) {
	got, err := builtin.Argv("/opt/weir", builtin.Step, []string{builtin.StepProgram + "load"})
	if err != nil || !slices.Equal(got, []string{"/opt/weir", "step", "load"}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"/opt/resource/check", "/opt/weir/server", "/opt/weir/", "load"} {
		if got, err := builtin.Argv("/opt/weir", builtin.Step, []string{bad}); err == nil {
			t.Errorf("%s became %v", bad, got)
		}
	}
}

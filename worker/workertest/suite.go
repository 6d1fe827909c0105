package workertest

import (
	"errors"
	"strings"
	"testing"

	"github.com/weirci/weir/worker"
)

// Run runs the whole suite. The fixture is made once: tests share it, as the
// runs of a worker share the worker.
func Run(t *testing.T, make func(t *testing.T) Fixture) {
	f := make(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, Fixture)
	}{
		{"exit codes", exitCodes},
		{"streams are apart and in order", streams},
		{"10 MB of output are all there", bigOutput},
		{"environment and directory", environment},
		{"stdin", stdin},
		{"a result is raw and apart from the log", result},
		{"a command that does not exist", commandMissing},
		{"a working directory that does not exist", dirMissing},
		{"built-in resource types", builtIn},
		{"start again changes nothing", startAgain},
		{"unknown runs", unknown},
		{"remove and list", removeAndList},
		{"ids and handles never lead out", badNames},

		{"inputs are copies on write", inputs},
		{"outputs are there for the next run", outputs},
		{"an output in the place of an input begins with it", outputOverInput},
		{"caches stay", caches},
		{"a mount inside a mount", nested},
		{"an input that is not there", inputMissing},

		{"kill: TERM is enough", killTerm},
		{"kill: TERM is ignored", killHard},
		{"kill reaches all processes", killAll},
		{"kill of what has ended", killEnded},
		{"wait can be cut short", waitCancelled},
		{"where the time of a start went", spent},

		{"intercept: beside a program that runs", interceptRunning},
		{"intercept: in what is left of a run", interceptEnded},
		{"intercept: on a terminal", interceptTerminal},
		{"intercept: cut short", interceptCut},

		{"a worker that was killed finds its runs", restart},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, f) })
	}
	if f.Isolated {
		t.Run("isolation", func(t *testing.T) { isolation(t, f) })
		t.Run("services", func(t *testing.T) { services(t, f) })
		return
	}
	t.Run("services need containers", func(t *testing.T) {
		task := f.sh("true")
		task.Services = []worker.Service{{Name: "db"}}
		_, err := f.Runtime.Start(t.Context(), task)
		if user := (*worker.UserError)(nil); !errors.As(err, &user) || !strings.Contains(err.Error(), "needs a container") {
			t.Errorf("%v", err)
		}
	})
}

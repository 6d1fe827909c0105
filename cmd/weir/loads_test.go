package main

import (
	"strings"
	"testing"
)

const loads = `
pipeline "loads" {}
job "all" {
  task "make" {
    image   = "oci:IMAGE"
    outputs = ["made"]
    script  = "echo '{\"n\": 3}' > made/v.json; printf hunter22-ab > made/token; printf 'run: [sh, -c, \"echo from the file: $V\"]\ninputs: [made]\n' > made/task.yml"
  }
  load "v" {
    file   = "made/v.json"
    reveal = true
  }
  load "token" {
    file = "made/token"
  }
  task "use" {
    file  = "made/task.yml"
    image = "oci:IMAGE"
    env   = { V = "${load.v.n} ${load.token}" }
  }
}
`

// What steps run that have no image of their own works on every runtime.
func TestLoadAndTaskFile(t *testing.T) {
	for _, runtime := range runtimes(t) {
		t.Run(runtime, func(t *testing.T) {
			t.Parallel() // they wait more than they reckon
			w := newInstallation(t, runtime)
			w.apply(t, loads)
			out, err := w.weir("trigger", "-p", "loads", "all", "--watch").CombinedOutput()
			if err != nil || !strings.Contains(string(out), "| from the file: ((redacted))\n") && !strings.Contains(string(out), "| from the file: 3 ((redacted))\n") || strings.Contains(string(out), "hunter") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

const withServices = `
pipeline "services" {}
job "works" {
  task "t" {
    image  = "oci:IMAGE"
    script = "nc db 5432 </dev/null"
    service "db" {
      image = "oci:IMAGE"
      run   = ["/bin/sh", "-c", "echo build $NUMBER; touch /tmp/ready; while :; do echo at your service | nc -l -p 5432; done"]
      env   = { NUMBER = build.number }
      ready {
        command = ["test", "-e", "/tmp/ready"]
      }
    }
  }
}
job "dead" {
  task "t" {
    image  = "oci:IMAGE"
    script = "until nc db 5432 </dev/null; do sleep 0.01; done; exit 3"
    service "db" {
      image  = "oci:IMAGE"
      run    = ["/bin/sh", "-c", "echo no space left; nc -l -p 5432; exit 4"]
    }
  }
}
job "never" {
  task "t" {
    image  = "oci:IMAGE"
    run    = ["true"]
    service "db" {
      image  = "oci:IMAGE"
      run    = ["/bin/sh", "-c", "echo still recovering; sleep 1000"]
      ready {
        command = ["/bin/sh", "-c", "echo rejecting; exit 2"]
        timeout = "1s"
      }
    }
  }
}
`

// Services: from the pipeline to what people read, in containers and without.
func TestServices(t *testing.T) {
	for _, runtime := range runtimes(t) {
		t.Run(runtime, func(t *testing.T) {
			t.Parallel() // they wait more than they reckon
			w := newInstallation(t, runtime)
			w.apply(t, strings.ReplaceAll(withServices, "IMAGE", filepath.Join(w.work, "image")))
			if runtime == "process" {
				w.wantBuild(t, "works", 2, `errored in \S+: task "t": service "db" needs a container: .*`)
				return
			}
			out := w.wantBuild(t, "works", 0, "succeeded in .*")
			for _, want := range []string{"| at your service\n", "db | build 1\n"} {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
			w.wantBuild(t, "never", 2, `errored in \S+: task "t": service "db": not ready after 1s: its ready command \[.*\] ended with exit code 2: rejecting`)
			out = w.wantBuild(t, "dead", 1, `failed in \S+: task "t": exit code 3.*`)
			if !strings.Contains(out, "db | no space left\n") {
				t.Errorf("the service's output is missing:\n%s", out)
			}
			if b, err := w.weir("watch", "services/works/1", "--json").CombinedOutput(); err != nil || !bytes.Contains(b, []byte(`"stream":"service"`)) {
				t.Errorf("%v\n%s", err, b)
			}
		})
	}
}

package langtest

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Structure says how a pipeline is put together of few lines.
type Structure struct {
	Modules int // instances of one module; 0: all jobs are the root's
	Jobs    int // of each module, by for_each
	Steps   int // of each job, at least three
}

// WriteStructured writes a pipeline of modules and for_each: some dozens of
// lines for any number of jobs. With Modules 0 it is the same without modules.
func WriteStructured(dir string, s Structure) error {
	if s.Modules == 0 {
		return writeFile(filepath.Join(dir, "pipeline.weir.hcl"), func(w io.Writer) {
			fmt.Fprintf(w, "pipeline \"large\" {}\nlocals {\n  name = \"root\"\n  jobs = %s\n}\n", numbered(s.Jobs))
			writeRepeated(w, s, "local.name", "local.jobs")
		})
	}
	inner := filepath.Join(dir, "service")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		return fmt.Errorf("write a module: %w", err)
	}
	err := writeFile(filepath.Join(dir, "pipeline.weir.hcl"), func(w io.Writer) {
		fmt.Fprintf(w, `pipeline "large" {}
locals {
  jobs = %s
}
module "service" {
  source = "./service"
  count  = %d
  name   = "service-${count.index}"
  jobs   = local.jobs
}
`, numbered(s.Jobs), s.Modules)
	})
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(inner, "service.weir.hcl"), func(w io.Writer) {
		fmt.Fprint(w, "variable \"name\" {\n  type = string\n}\nvariable \"jobs\" {\n  type = set(string)\n}\n")
		writeRepeated(w, s, "var.name", "var.jobs")
	})
}

// numbered is an expression for a set of n texts; range alone stops at 1024.
func numbered(n int) string {
	return fmt.Sprintf("toset(slice(flatten([for a in range(%d) : [for b in range(100) : format(\"job-%%05d\", a * 100 + b)]]), 0, %d))", n/100+1, n)
}

func writeRepeated(w io.Writer, s Structure, name, jobs string) {
	fmt.Fprintf(w, `
resource "git" "app" {
  source = {
    uri    = "https://git.example.com/group/${%[1]s}.git"
    branch = "main"
  }
}
task "test" {
  image  = "docker.io/library/golang:1.26"
  inputs = ["app"]
  env    = { CGO_ENABLED = "0", SERVICE = %[1]s }
  run    = ["go", "test", "./..."]
}
job "build" {
  for_each      = %[2]s
  max_in_flight = 2

  get "app" {
    trigger = true
  }
`, name, jobs)
	for i := 1; i < s.Steps-1; i++ {
		if i%2 == 1 {
			fmt.Fprintf(w, "  task \"test_%d\" {\n    uses = task.test\n    dir  = \"app/${each.key}\"\n  }\n", i)
			continue
		}
		fmt.Fprintf(w, `  task "build_%[1]d" {
    image   = "docker.io/library/golang:1.26-alpine"
    inputs  = ["app"]
    outputs = ["out_%[1]d"]
    env     = { JOB = each.key, REF = version.app.ref }
    run     = ["make", "build", "-j%[1]d"]
  }
`, i)
	}
	fmt.Fprint(w, `  put "status" {
    resource = resource.git.app
    params   = { text = "build ${build.number} of ${each.key}", dir = "app/x" }
  }
}
`)
}

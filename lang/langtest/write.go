package langtest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Size says how large a pipeline is.
type Size struct {
	Jobs  int
	Steps int // of each job: gets, tasks and puts in turn
	Files int // that the jobs are spread over
}

// Write writes a pipeline into a directory. It looks like one that people
// write: variables, locals, a shared task, references, passed, interpolation,
// expressions for the run, hooks.
func Write(dir string, s Size) error {
	if err := writeFile(filepath.Join(dir, "pipeline.weir.hcl"), func(w io.Writer) { writeHead(w, s) }); err != nil {
		return err
	}
	files := max(1, s.Files)
	for f := range files {
		name := filepath.Join(dir, fmt.Sprintf("jobs_%03d.weir.hcl", f))
		from, to := s.Jobs*f/files, s.Jobs*(f+1)/files
		err := writeFile(name, func(w io.Writer) {
			for j := from; j < to; j++ {
				writeJob(w, j, s.Steps)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, body func(io.Writer)) error {
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("write a pipeline: %w", err)
	}
	w := bufio.NewWriter(f)
	body(w)
	if err := w.Flush(); err != nil {
		f.Close()
		return fmt.Errorf("write a pipeline: %w", err)
	}
	return f.Close()
}

const perResource = 10 // jobs that share a resource, one after the other

func writeHead(w io.Writer, s Size) {
	fmt.Fprint(w, `pipeline "large" {
  defaults {
    timeout = "1h"
  }
}

variable "branch" {
  type    = string
  default = "main"
}

locals {
  image = "docker.io/library/golang:1.26"
}

task "test" {
  image  = local.image
  inputs = ["app"]
  env    = { CGO_ENABLED = "0", BRANCH = var.branch }
  run    = ["go", "test", "./..."]
}
`)
	for r := range (s.Jobs + perResource - 1) / perResource {
		fmt.Fprintf(w, `
resource "git" "app_%[1]d" {
  source = {
    uri    = "https://git.example.com/group/app-%[1]d.git"
    branch = var.branch
  }
  check {
    every = "1m"
  }
}
`, r)
	}
}

func writeJob(w io.Writer, j, steps int) {
	fmt.Fprintf(w, "\njob \"job_%d\" {\n  max_in_flight = 2\n\n", j)
	for i := range steps {
		switch {
		case i == 0:
			writeGet(w, j)
		case i%4 == 3:
			fmt.Fprintf(w, "  put \"status_%d\" {\n    resource = resource.git.app_%d\n    params   = { text = \"build ${build.number} of ${version.app.ref}\", dir = \"out_%d/x\" }\n  }\n", i, j/perResource, i-1)
		case i%4 == 2:
			fmt.Fprintf(w, `  task "build_%[1]d" {
    image   = "${local.image}-alpine"
    inputs  = ["app"]
    outputs = ["out_%[1]d"]
    env     = { BRANCH = "${var.branch}", REF = version.app.ref }
    run     = ["make", "build", "-j%[1]d"]
  }
`, i)
		default:
			fmt.Fprintf(w, "  task \"test_%d\" {\n    uses = task.test\n    dir  = \"app\"\n  }\n", i)
		}
	}
	fmt.Fprint(w, "}\n")
}

func writeGet(w io.Writer, j int) {
	fmt.Fprintf(w, "  get \"app\" {\n    resource = resource.git.app_%d\n    trigger  = true\n", j/perResource)
	if j%perResource > 0 {
		fmt.Fprintf(w, "    passed   = [job.job_%d]\n", j-1)
	}
	fmt.Fprint(w, "  }\n")
}

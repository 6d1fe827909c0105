package compiler_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
)

// Every step of a graph knows the step that it was written as, however deep it
// stands.
func TestOriginsFollowTheSteps(t *testing.T) {
	dir := t.TempDir()
	text := head + `
job "a" {
  get "app" {}
  parallel {
    task "one" {
      image = "i"
      run   = ["x"]
      on_failure {
        try {
          put "out" {}
        }
      }
    }
    do {
      task "two" {
        image = "i"
        run   = ["x"]
      }
      ensure {
        task "three" {
          image = "i"
          run   = ["x"]
        }
      }
    }
  }
  ensure {
    task "four" {
      image = "i"
      run   = ["x"]
    }
  }
  on_success {
    task "five" {
      image = "i"
      run   = ["x"]
    }
  }
}
`
	if err := os.WriteFile(filepath.Join(dir, "pipeline.weir.hcl"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg, _, _ := lang.Load(dir, config.Inputs{})
	g, origins, list := compiler.Trace(cfg)
	if len(list) > 0 {
		t.Fatal(list)
	}
	written, n := origins["job.a"].Steps, 0
	job(t, g).Walk(func(i int, s graph.Step) {
		if n++; written[i].Name.Text != s.Name {
			t.Errorf("step %d: %q was written as %q", i, s.Name, written[i].Name.Text)
		}
	})
	if n != 10 || len(written) != n {
		t.Errorf("%d steps, %d origins", n, len(written))
	}
	if at := origins["resource.mock.out"].Range; at.Start.Line != 6 {
		t.Errorf("resource.mock.out is at %s", at)
	}
}

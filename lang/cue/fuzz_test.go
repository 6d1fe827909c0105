package cue

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// FuzzLoad: no text makes the front end panic or run on, every problem can be
// shown, and what is read without a problem prints its expressions.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"../../examples/*/cue/*.cue", "../../compiler/testdata/diagnostics/cue*.txtar", "testdata/hard/*.cue"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for _, name := range files {
			seed(f, name)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		e := &evaluation{dir: "fuzz", texts: texts{}, src: &diag.Sources{}, problems: guard("p.cue", text)}
		e.add("p.cue", text)
		e.files = []*file{{name: "p.cue", text: text}}
		out := result{src: e.src, problems: e.problems}
		if len(e.problems) == 0 {
			out = within("fuzz", 5*time.Second, maxMemory, e.run)
		}
		out.problems.Sort()
		var shown bytes.Buffer
		if err := diag.Text(&shown, out.problems, out.src, false); err != nil {
			t.Fatal(err)
		}
		for _, d := range out.problems {
			if d.Code == diag.TooExpensive || d.Code == diag.CannotCompile {
				t.Fatalf("%s", shown.String())
			}
			if d.Range.Start.Byte > len(text) {
				t.Fatalf("%s points behind the end: %v", d.Summary, d.Range)
			}
		}
		if out.config != nil {
			use(out.config)
		}
	})
}

// use does with expressions what the compiler does.
func use(cfg *config.Config) {
	for _, l := range cfg.Locals {
		l.Value.Refs()
		l.Value.Range()
		l.Value.Template()
		l.Value.Eval(nil)
	}
}

func seed(f *testing.F, name string) {
	text, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	if filepath.Ext(name) != ".txtar" {
		f.Add(text)
		return
	}
	for _, in := range txtar.Parse(text).Files {
		if filepath.Ext(in.Name) == ".cue" {
			f.Add(in.Data)
		}
	}
}

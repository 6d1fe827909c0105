package hcl

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/lang/diag"
)

// FuzzParse: no text makes the front end panic, every problem can be shown,
// and what is read without a problem prints its expressions.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"../../examples/*/*.weir.hcl", "../../compiler/testdata/diagnostics/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for _, name := range files {
			seed(f, name)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		read, list := parseAll([]file{{name: "fuzz", text: text}})
		var src diag.Sources
		src.Add("fuzz", text)
		list.Sort()
		var out bytes.Buffer
		if err := diag.Text(&out, list, &src, false); err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			if d.Range.Start.Byte > len(text) {
				t.Fatalf("%s points behind the end: %v", d.Summary, d.Range)
			}
		}
		for _, l := range read.Locals {
			l.Value.Refs()
			l.Value.Template()
			l.Value.Eval(nil)
		}
	})
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
		if in.Name != "want" && in.Name != "args" {
			f.Add(in.Data)
		}
	}
}

package compiler_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// A fix that is an edit mends what it is the fix of: once it is made, the problem
// is gone, and no syntax error has come.
func TestFixesMend(t *testing.T) {
	files, err := filepath.Glob("testdata/diagnostics/*.txtar")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d archives, %v", len(files), err)
	}
	made := 0
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) { made += mended(t, f) })
	}
	if made < 20 {
		t.Errorf("only %d fixes are edits", made)
	}
}

func mended(t *testing.T, file string) int {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var in config.Inputs
	for _, f := range a.Files {
		switch f.Name {
		case "args":
			in = inputs(t, string(f.Data))
		case "want":
		default:
			write(t, dir, f.Name, string(f.Data))
		}
	}
	t.Chdir(dir)
	_, _, before := compile(in)
	made := 0
	for _, d := range before {
		if d.Fix == nil || d.Fix.Range.Start.Line == 0 || strings.HasSuffix(d.Fix.Range.File, ".yaml") { // CUE's reader of YAML counts columns of [a, b] from elsewhere
			continue
		}
		made++
		old, err := os.ReadFile(d.Fix.Range.File)
		if err != nil {
			t.Fatal(err)
		}
		text := string(old[:d.Fix.Range.Start.Byte]) + d.Fix.Text + string(old[d.Fix.Range.End.Byte:])
		write(t, dir, d.Fix.Range.File, text)
		_, _, after := compile(in)
		if slices.ContainsFunc(after, func(e diag.Diagnostic) bool { return same(d, e) || fresh(before, e) }) {
			t.Errorf("%s: %s: %q does not help", d.Range, d.Detail, d.Fix.Help)
		}
		write(t, dir, d.Fix.Range.File, string(old))
	}
	return made
}

func same(a, b diag.Diagnostic) bool {
	return a.Code == b.Code && a.Range.File == b.Range.File && a.Range.Start == b.Range.Start && a.Detail == b.Detail
}

// fresh says whether a syntax error is new. That a name is there twice now is fair:
// it says what is wrong.
func fresh(before diag.List, d diag.Diagnostic) bool {
	return d.Code == diag.Syntax && d.Summary != "Attribute redefined" &&
		!slices.ContainsFunc(before, func(e diag.Diagnostic) bool { return e.Code == d.Code && e.Detail == d.Detail })
}

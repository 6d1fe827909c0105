package compiler_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// TestFaultsOfPeers: each archive shows a fault of another tool that Weir must
// not have, in one notation or in both (hcl/… and cue/…). want are the problems
// to be told, one a line, as a code and the beginning of its place, and there
// must be no others; says are texts that must be among what is told.
func TestFaultsOfPeers(t *testing.T) {
	files, err := filepath.Glob("testdata/peers/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d archives, %v", len(files), err)
	}
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, notation := range []string{"hcl", "cue"} {
			if holds(a, notation) {
				t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar")+"/"+notation, func(t *testing.T) { peer(t, a, notation) })
			}
		}
	}
}

func holds(a *txtar.Archive, notation string) bool {
	for _, f := range a.Files {
		if strings.HasPrefix(f.Name, notation+"/") {
			return true
		}
	}
	return false
}

func peer(t *testing.T, a *txtar.Archive, notation string) {
	dir := t.TempDir()
	var want, says []string
	for _, f := range a.Files {
		if name, ok := strings.CutPrefix(f.Name, notation+"/"); ok {
			write(t, dir, name, string(f.Data))
		}
		switch lines := strings.Split(strings.TrimSpace(string(f.Data)), "\n"); f.Name {
		case "want":
			want = lines
		case "says":
			says = lines
		}
	}
	t.Chdir(dir)
	_, src, list := compile(config.Inputs{})
	var text bytes.Buffer
	if err := diag.Text(&text, list, src, false); err != nil {
		t.Fatal(err)
	}
	if len(list) != len(want) {
		t.Fatalf("%d problems, %d wanted:\n%s", len(list), len(want), text.String())
	}
	for i, d := range list {
		if got := fmt.Sprintf("%s %s", d.Code, d.Range); !strings.HasPrefix(got+":", want[i]) || d.Range.Start.Line == 0 {
			t.Errorf("%s, want %s", got, want[i])
		}
	}
	for _, s := range says {
		if !strings.Contains(text.String(), s) {
			t.Errorf("nothing says %q:\n%s", s, text.String())
		}
	}
}

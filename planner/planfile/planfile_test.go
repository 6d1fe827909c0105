package planfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
)

func plan(t *testing.T) *planner.Plan {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	for a, s := range map[graph.Address]graph.Spec{"pipeline": graph.Pipeline{Name: "p"}, "job.a": graph.Job{}} {
		if err := b.Add(a, s, graph.Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return planner.New("main", "p", 0, nil, g, nil)
}

func TestWriteAndRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.plan")
	want := plan(t)
	for range 2 { // the second time over the first
		if err := Write(path, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %#v, wrote %#v", got, want)
	}
	info, _ := os.Stat(path)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".weir-plan-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	whole := string(Encode(plan(t)))
	for name, tt := range map[string]struct{ content, want string }{
		"empty":       {"", "this is no Weir plan file"},
		"another":     {"pipeline \"x\" {}", "this is no Weir plan file"},
		"truncated":   {whole[:len(whole)-3], "the plan is damaged"},
		"longer":      {whole + "x", "the plan is damaged"},
		"only a line": {magic, "the plan is damaged"},
		"newer":       {magic + "\xa1\x66format\x03", "made by a newer Weir: format 3, this one reads up to 1"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "p.plan")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Read(path)
			if err == nil || !strings.HasPrefix(err.Error(), path+": "+tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestMissingPlaces(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none", "p.plan")
	if _, err := Read(none); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading: %v", err)
	}
	if err := Write(none, plan(t)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("writing: %v", err)
	}
}

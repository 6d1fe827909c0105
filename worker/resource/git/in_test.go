package git

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/worker/resource"
)

func TestInWritesBesideTheClone(t *testing.T) {
	f := newFixture(t)
	a := f.commit("Add it\n\nFor a reason.", "README 1")
	f.commit("later", "README 2")
	dir := filepath.Join(t.TempDir(), "app")
	call := &called{source: f.source(nil), version: ref(a), params: map[string]any{"short_ref_format": "dev-%s"}}
	got, err := call.in(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"README": "1\n", ".git/ref": a + "\n", ".git/short_ref": "dev-" + a[:7] + "\n",
		".git/commit_message": "Add it\n\nFor a reason.\n", ".git/committer": "ann@example.com\n",
	} {
		if got := content(t, dir, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if !strings.Contains(call.log.String(), "HEAD is now at "+a[:7]+" Add it\n") {
		t.Errorf("the log is %q", call.log.String())
	}
	var names []string
	values := map[string]string{}
	for _, m := range got.Metadata {
		names = append(names, m.Name)
		values[m.Name] = m.Value
	}
	if want := []string{"commit", "author", "author_date", "committer", "committer_date", "branch", "message"}; !slices.Equal(names, want) {
		t.Errorf("metadata %v, want %v", names, want)
	}
	if values["commit"] != a || values["author"] != "Ann" || values["committer"] != "Cem" || values["branch"] != "main" {
		t.Errorf("metadata %v", values)
	}
	if got.Version[keyRef] != a {
		t.Errorf("version %v", got.Version)
	}
}

func TestInToADepth(t *testing.T) {
	f := newFixture(t)
	var all []string
	for _, m := range []string{"a", "b", "c", "d"} {
		all = append(all, f.commit(m, "README "+m))
	}
	url := serveHTTP(t, f.root, "", "", false) + "/app.git"
	for name, tt := range map[string]struct {
		version string
		depth   int
		commits string
	}{
		"the latest alone":         {all[3], 1, "1"},
		"two":                      {all[3], 2, "2"},
		"all":                      {all[3], 0, "4"},
		"deeper than was asked":    {all[0], 1, "1"},
		"deeper, with its history": {all[1], 1, "2"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "app")
			call := &called{source: map[string]any{"uri": url}, version: ref(tt.version), params: map[string]any{"depth": tt.depth}}
			if _, err := call.in(t, dir); err != nil {
				t.Fatal(err)
			}
			if got := run(t, dir, "git", "rev-list", "--count", "HEAD"); got != tt.commits {
				t.Errorf("%s commits, want %s", got, tt.commits)
			}
			if got := run(t, dir, "git", "rev-parse", "HEAD"); got != tt.version {
				t.Errorf("HEAD is %s, want %s", got, tt.version)
			}
		})
	}
}

func TestInFindsCommitsOfOtherBranches(t *testing.T) {
	f := newFixture(t)
	f.commit("a")
	f.git("checkout", "-q", "-b", "side")
	f.git("commit", "-q", "--allow-empty", "-m", "s")
	f.git("push", "-q", "origin", "side")
	side := f.git("rev-parse", "HEAD")
	dir := t.TempDir()
	if _, err := (&called{source: f.source(nil), version: ref(side)}).in(t, dir); err != nil {
		t.Fatal(err)
	}
	if got := run(t, dir, "git", "rev-parse", "HEAD"); got != side {
		t.Errorf("HEAD is %s, want %s", got, side)
	}
}

func TestInSaysWhatIsWrong(t *testing.T) {
	f := newFixture(t)
	a := f.commit("a")
	for name, tt := range map[string]struct {
		version resource.Version
		params  map[string]any
		words   []string
	}{
		"gone":           {ref(strings.Repeat("1", 40)), nil, []string{"has no commit 1111111", "any more"}},
		"no such tag":    {ref("v9"), nil, []string{"has no commit v9"}},
		"a typing error": {ref(a), map[string]any{"dpeth": 1}, []string{"params: unknown key dpeth; known are depth,"}},
		"a wrong type":   {ref(a), map[string]any{"depth": "1"}, []string{"params.depth is a string, want a whole number"}},
		"negative":       {ref(a), map[string]any{"depth": -1}, []string{"params.depth: -1 is negative"}},
		"submodules":     {ref(a), map[string]any{"submodules": "all"}, []string{"params.submodules"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := (&called{source: f.source(nil), version: tt.version, params: tt.params}).in(t, t.TempDir())
			wantError(t, err, tt.words...)
		})
	}
}

package git

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkedOut puts a clone of the latest commit at inputs/app, as a get does.
func (f *fixture) checkedOut() (inputs, clone string) {
	f.t.Helper()
	inputs = f.t.TempDir()
	clone = filepath.Join(inputs, "app")
	call := &called{source: f.source(nil), version: ref(f.git("rev-parse", "HEAD"))}
	if _, err := call.in(f.t, clone); err != nil {
		f.t.Fatal(err)
	}
	return inputs, clone
}

func write(t *testing.T, content string, path ...string) {
	t.Helper()
	file := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func params(more map[string]any) map[string]any {
	return merge(map[string]any{"repository": "app"}, more)
}

func (f *fixture) tip(branch string) string { return run(f.t, f.bare(), "git", "rev-parse", branch) }

// With commit, all of the working tree is pushed: new, changed and removed files.
func TestOutCommits(t *testing.T) {
	f := newFixture(t)
	a := f.commit("a", "keep 1", "change 1", "remove 1")
	inputs, clone := f.checkedOut()
	write(t, "2\n", clone, "change")
	write(t, "1\n", clone, "new/file")
	if err := os.Remove(filepath.Join(clone, "remove")); err != nil {
		t.Fatal(err)
	}
	call := &called{source: f.source(nil), params: params(map[string]any{"commit": "Release", "commit_name": "Bot", "commit_email": "bot@x"})}
	got, err := call.out(t, inputs)
	if err != nil {
		t.Fatal(err)
	}
	if tip := f.tip("main"); got.Version[keyRef] != tip || f.tip("main~1") != a {
		t.Errorf("pushed %v, main is %s on %s", got.Version, tip, f.tip("main~1"))
	}
	if got := run(t, f.bare(), "git", "diff", "--no-renames", "--name-status", "main~1", "main"); got != "M\tchange\nA\tnew/file\nD\tremove" {
		t.Errorf("the commit does\n%s", got)
	}
	if got := run(t, f.bare(), "git", "log", "-1", "--format=%an <%ae> %cn %ct %s", "main"); got != "Bot <bot@x> Bot 1800000000 Release" {
		t.Errorf("the commit is by %s", got)
	}
	again := &called{source: f.source(nil), params: call.params}
	if _, err := again.out(t, inputs); err != nil || !strings.Contains(again.log.String(), "nothing to commit") {
		t.Errorf("again: %v, log %q", err, again.log.String())
	}
}

func TestOutToANewBranchAndAnEmptyRepository(t *testing.T) {
	f := newFixture(t)
	a := f.commit("a", "README 1")
	inputs, _ := f.checkedOut()
	if _, err := (&called{source: f.source(nil), params: params(map[string]any{"branch": "release"})}).out(t, inputs); err != nil {
		t.Fatal(err)
	}
	if got := f.tip("release"); got != a {
		t.Errorf("release is %s, want %s", got, a)
	}
	empty := newFixture(t)
	url := serveHTTP(t, empty.root, "", "", false) + "/app.git"
	for _, uri := range []string{url, empty.bare()} {
		call := &called{source: map[string]any{"uri": uri, "branch": "main"}, params: params(nil)}
		if _, err := call.out(t, inputs); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
	if got := empty.tip("main"); got != a {
		t.Errorf("main of the empty one is %s, want %s", got, a)
	}
}

// The branch moved on while the build ran.
func TestOutWhenTheBranchMovedOn(t *testing.T) {
	for name, tt := range map[string]struct {
		theirs string // a file that they change meanwhile
		params map[string]any
		err    string // "" for success
		files  string // of main in the end
	}{
		"refused":                {"theirs 1", nil, "moved on to", "README theirs"},
		"forced":                 {"theirs 1", map[string]any{"force": true}, "", "README a/b mine"},
		"rebased":                {"theirs 1", map[string]any{"rebase": true}, "", "README a/b mine theirs"},
		"rebased, in a conflict": {"mine 9", map[string]any{"rebase": true}, "both sides changed mine", "README mine"},
		"rebased, the same":      {"mine 1", map[string]any{"rebase": true}, "", "README a/b mine"},
	} {
		for _, transport := range []string{"file", "http"} {
			t.Run(name+" over "+transport, func(t *testing.T) {
				f := newFixture(t)
				f.commit("a", "README 1")
				source := f.source(nil)
				if transport == "http" {
					source["uri"] = serveHTTP(t, f.root, "", "", false) + "/app.git"
				}
				inputs, clone := f.checkedOut()
				f.commit("theirs", tt.theirs)
				write(t, "1\n", clone, "mine")
				write(t, "1\n", clone, "a/b")
				call := &called{source: source, params: params(merge(tt.params, map[string]any{"commit": "mine"}))}
				got, err := call.out(t, inputs)
				if tt.err != "" {
					wantError(t, err, tt.err)
				} else if err != nil {
					t.Fatalf("%v\n%s", err, call.log.String())
				} else if got.Version[keyRef] != f.tip("main") {
					t.Errorf("version %v, main is %s", got.Version, f.tip("main"))
				}
				run(t, f.bare(), "git", "fsck", "--strict")
				files := run(t, f.bare(), "git", "ls-tree", "-r", "--name-only", "main")
				if got := strings.Join(strings.Fields(files), " "); got != tt.files {
					t.Errorf("main has %q, want %q", got, tt.files)
				}
			})
		}
	}
}

func TestOutTags(t *testing.T) {
	f := newFixture(t)
	a := f.commit("a", "README 1")
	inputs, _ := f.checkedOut()
	write(t, "1.0\n", inputs, "version")
	write(t, "The first.\n", inputs, "notes")
	tag := map[string]any{"tag": "version", "tag_prefix": "v", "annotate": "notes", "only_tag": true}
	for range 2 { // the second time it is there already
		if _, err := (&called{source: f.source(nil), params: params(tag)}).out(t, inputs); err != nil {
			t.Fatal(err)
		}
	}
	if got := run(t, f.bare(), "git", "tag", "-n", "--format=%(refname:short) %(objecttype) %(contents:subject)"); got != "v1.0 tag The first." {
		t.Errorf("the tag is %q", got)
	}
	write(t, "2.0\n", inputs, "version")
	got, err := (&called{source: f.source(map[string]any{"tag_filter": "*"}), params: params(map[string]any{"tag": "version"})}).out(t, inputs)
	if err != nil || got.Version[keyRef] != "2.0" || got.Version[keyCommit] != a || f.tip("2.0") != a {
		t.Errorf("a light tag: %v, %v", got.Version, err)
	}
}

func TestOutSaysWhatIsWrong(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "README 1")
	inputs, _ := f.checkedOut()
	write(t, "", inputs, "empty")
	for name, tt := range map[string]struct {
		source, params map[string]any
		words          []string
	}{
		"no repository":   {nil, map[string]any{}, []string{"params.repository is missing"}},
		"a typing error":  {nil, params(map[string]any{"forse": true}), []string{"unknown key forse", "known are annotate, branch,"}},
		"not an input":    {nil, map[string]any{"repository": "apq"}, []string{"apq is no git repository"}},
		"outside":         {nil, map[string]any{"repository": "../../etc"}, []string{"not inside the inputs"}},
		"outside, tag":    {nil, params(map[string]any{"tag": "/etc/hostname"}), []string{"params.tag", "not inside the inputs"}},
		"two ways":        {nil, params(map[string]any{"force": true, "rebase": true}), []string{"exclude each other"}},
		"which tag":       {nil, params(map[string]any{"only_tag": true}), []string{"only_tag needs tag"}},
		"an empty tag":    {nil, params(map[string]any{"tag": "empty"}), []string{"empty is empty"}},
		"which branch":    {map[string]any{"branch": ""}, params(nil), []string{"a put needs source.branch"}},
		"a missing place": {map[string]any{"uri": f.root + "/none.git"}, params(nil), []string{"there is no repository at"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := (&called{source: f.source(tt.source), params: tt.params}).out(t, inputs)
			wantError(t, err, tt.words...)
		})
	}
}

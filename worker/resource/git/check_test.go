package git

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/worker/resource"
)

func TestCheckListsCommitsOldestFirst(t *testing.T) {
	f := newFixture(t)
	a, b, c := f.commit("a"), f.commit("b"), f.commit("c")
	for name, tt := range map[string]struct {
		version resource.Version
		want    []string
	}{
		"the first check finds the latest": {nil, []string{c}},
		"from the first on":                {ref(a), []string{a, b, c}},
		"from the second on":               {ref(b), []string{b, c}},
		"nothing new":                      {ref(c), []string{c}},
		"a commit that is gone":            {ref(strings.Repeat("1", 40)), []string{c}},
		"a version of something else":      {resource.Version{"digest": "x"}, []string{c}},
	} {
		t.Run(name, func(t *testing.T) {
			call := &called{source: f.source(nil), version: tt.version}
			if got := call.checked(t); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCheckAfterAForcedPush(t *testing.T) {
	f := newFixture(t)
	f.commit("a")
	gone := f.commit("gone")
	f.git("reset", "-q", "--hard", "HEAD~1")
	latest := f.commit("instead")
	if got := (&called{source: f.source(nil), version: ref(gone)}).checked(t); !slices.Equal(got, []string{latest}) {
		t.Errorf("got %v, want the latest, %s", got, latest)
	}
}

func TestCheckFilters(t *testing.T) {
	f := newFixture(t)
	root := f.commit("root", "README hello")
	src := f.commit("code", "src/a/main.go 1")
	docs := f.commit("docs", "docs/x.md 1")
	both := f.commit("both", "src/b.go 1", "docs/y.md 1")
	skipped := f.commit("typo [ci skip]", "src/b.go 2")
	for name, tt := range map[string]struct {
		more map[string]any
		want []string
	}{
		"none":                {nil, []string{root, src, docs, both}},
		"skips are for some":  {map[string]any{"disable_ci_skip": true}, []string{root, src, docs, both, skipped}},
		"a directory":         {map[string]any{"paths": []string{"src"}}, []string{root, src, both}},
		"a directory, slash":  {map[string]any{"paths": []string{"docs/"}}, []string{root, docs, both}},
		"a glob":              {map[string]any{"paths": []string{"*.go"}}, []string{root, src, both}},
		"not a prefix":        {map[string]any{"paths": []string{"sr"}}, []string{root}},
		"ignored":             {map[string]any{"ignore_paths": []string{"docs"}}, []string{root, src, both}},
		"one but not another": {map[string]any{"paths": []string{"src"}, "ignore_paths": []string{"src/a"}}, []string{root, both}},
	} {
		t.Run(name, func(t *testing.T) {
			call := &called{source: f.source(tt.more), version: ref(root)}
			if got := call.checked(t); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			first := &called{source: f.source(tt.more)}
			last := tt.want[len(tt.want)-1]
			if last == root && tt.more["paths"] != nil { // no commit at all changes such a path
				if got := first.checked(t); len(got) != 0 {
					t.Errorf("the first check got %v, want nothing", got)
				}
			} else if got := first.checked(t); !slices.Equal(got, []string{last}) {
				t.Errorf("the first check got %v, want %s", got, last)
			}
		})
	}
}

// A merge is one version, as on the branch's own line; what was merged is none,
// also when the version that is known is on the merged line.
func TestCheckFollowsFirstParents(t *testing.T) {
	f := newFixture(t)
	base := f.commit("base")
	f.git("checkout", "-q", "-b", "side")
	side := f.commit("side", "s 1")
	f.git("checkout", "-q", "main")
	own := f.commit("own", "o 1")
	f.git("merge", "-q", "--no-ff", "-m", "merge", "side")
	f.push()
	merge := f.git("rev-parse", "HEAD")
	if got := (&called{source: f.source(nil), version: ref(base)}).checked(t); !slices.Equal(got, []string{base, own, merge}) {
		t.Errorf("from base: got %v, want %v", got, []string{base, own, merge})
	}
	if got := (&called{source: f.source(nil), version: ref(side)}).checked(t); !slices.Equal(got, []string{side, own, merge}) {
		t.Errorf("from side: got %v, want %v", got, []string{side, own, merge})
	}
}

func TestCheckTags(t *testing.T) {
	f := newFixture(t)
	one := f.commit("one")
	f.git("tag", "v1")
	two := f.commit("two")
	f.git("-c", "user.name=Ann", "-c", "user.email=a@x", "tag", "-a", "-m", "second", "v2")
	f.git("tag", "other")
	f.push()
	tags := func(version resource.Version, more map[string]any) []resource.Version {
		t.Helper()
		more["tag_filter"] = "v*"
		got, err := (&called{source: f.source(more), version: version}).check(t)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	v1, v2 := resource.Version{"ref": "v1", "commit": one}, resource.Version{"ref": "v2", "commit": two}
	same := func(a, b resource.Version) bool { return string(a.Canonical()) == string(b.Canonical()) }
	if got := tags(nil, map[string]any{}); !slices.EqualFunc(got, []resource.Version{v2}, same) {
		t.Errorf("first: %v", got)
	}
	if got := tags(v1, map[string]any{}); !slices.EqualFunc(got, []resource.Version{v1, v2}, same) {
		t.Errorf("from v1: %v", got)
	}
	if got := tags(nil, map[string]any{"paths": []string{"nowhere"}}); len(got) != 0 {
		t.Errorf("with a path that nothing changed: %v", got)
	}
	dir := t.TempDir()
	if _, err := (&called{source: f.source(map[string]any{"tag_filter": "v*"}), version: v1}).in(t, dir); err != nil {
		t.Fatal(err)
	}
	if got := content(t, dir, ".git/ref") + content(t, dir, ".git/short_ref") + run(t, dir, "git", "rev-parse", "HEAD"); got != "v1\nv1\n"+one {
		t.Errorf("in made %q", got)
	}
}

func TestCheckOfAnEmptyRepository(t *testing.T) {
	f := newFixture(t)
	for _, uri := range []string{"file://" + f.bare(), serveHTTP(t, f.root, "", "", false) + "/app.git"} {
		call := &called{source: map[string]any{"uri": uri}}
		if got := call.checked(t); len(got) != 0 || !strings.Contains(call.log.String(), "has no commits yet") {
			t.Errorf("%s: got %v, log %q", uri, got, call.log.String())
		}
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	f := newFixture(t)
	f.commit("a")
	url := serveHTTP(t, f.root, "ann", "s3cret", false)
	secure := serveHTTP(t, f.root, "", "", true)
	for name, tt := range map[string]struct {
		source map[string]any
		words  []string
	}{
		"no uri":            {map[string]any{}, []string{"source.uri is missing"}},
		"a typing error":    {map[string]any{"uri": "x", "brnch": "main"}, []string{"unknown key brnch", "known are branch,"}},
		"a wrong type":      {map[string]any{"uri": "x", "paths": "src"}, []string{"source.paths is a string, want a list"}},
		"no such branch":    {map[string]any{"uri": f.bare(), "branch": "dev"}, []string{`no branch "dev", but main`}},
		"no such path":      {map[string]any{"uri": f.root + "/none.git"}, []string{"there is no repository at " + f.root + "/none.git"}},
		"not found":         {map[string]any{"uri": url + "/none.git", "username": "ann", "password": "s3cret"}, []string{url + "/none.git"}},
		"no password":       {map[string]any{"uri": url + "/app.git"}, []string{"authentication", "are username and password"}},
		"a wrong password":  {map[string]any{"uri": url + "/app.git", "username": "ann", "password": "wr0ng"}, []string{"are username and password"}},
		"nobody listens":    {map[string]any{"uri": "http://127.0.0.1:1/app.git"}, []string{"http://127.0.0.1:1/app.git", "connection refused"}},
		"no trust":          {map[string]any{"uri": secure + "/app.git"}, []string{"certificate"}},
		"no key":            {map[string]any{"uri": "git@example.com:a/b.git"}, []string{"private_key is missing"}},
		"a key that is not": {map[string]any{"uri": "git@example.com:a/b.git", "private_key": "x"}, []string{"source.private_key"}},
		"password over ssh": {map[string]any{"uri": "file:///x", "password": "hunter2"}, []string{"username and password are for http and https"}},
	} {
		t.Run(name, func(t *testing.T) {
			call := &called{source: tt.source}
			_, err := call.check(t)
			wantError(t, err, tt.words...)
			for _, secret := range []string{"wr0ng", "s3cret"} {
				if err != nil && strings.Contains(err.Error()+call.log.String(), secret) {
					t.Errorf("a password is in %q", err)
				}
			}
		})
	}
	if got := (&called{source: map[string]any{"uri": secure + "/app.git", "skip_ssl_verification": true}}).checked(t); len(got) != 1 {
		t.Errorf("without verification: %v", got)
	}
}

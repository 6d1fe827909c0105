package get_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/cache"
	"github.com/weirci/weir/lang/module/get"
)

// remote is one repository in memory: what its tags stand for, and the text of
// the only file of each revision.
type remote struct {
	tags  map[string]string
	texts map[string]string
	down  bool
	asked int
}

func (r *remote) Tags(context.Context, module.Remote) ([]string, error) {
	r.asked++
	var all []string
	for t := range r.tags {
		all = append(all, t)
	}
	return all, r.err()
}

func (r *remote) Resolve(_ context.Context, m module.Remote, version string) (get.Revision, error) {
	r.asked++
	if version == "" {
		version = m.(module.Git).Ref
	}
	return get.Revision{ID: r.tags[version], Fixed: true}, r.err()
}

func (r *remote) Fetch(_ context.Context, _ module.Remote, revision string, to *cache.Tree) error {
	r.asked++
	text, ok := r.texts[revision]
	if !ok {
		return get.ErrGone
	}
	return errors.Join(r.err(), to.File("sub/main.weir.hcl", strings.NewReader(text)))
}

func (r *remote) err() error {
	if r.down {
		return errors.New("connection refused")
	}
	return nil
}

func rev(c string) string { return strings.Repeat(c, 40) }

// machine is who gets modules: with a lock and a cache of its own.
type machine struct {
	t    *testing.T
	lock *module.Lock
	dir  string
}

// get asks for one source, and keeps the new lock if all is well.
func (m *machine) get(from *remote, upgrade bool, version string) (get.Result, diag.List) {
	m.t.Helper()
	g := get.New(m.t.Context(), get.Options{Lock: m.lock, Cache: cache.Open(m.dir), From: from, Upgrade: upgrade})
	finder := module.NewFinder(g)
	call := config.ModuleSource{Text: "git::https://h/m.git//sub", Version: version}
	place, list := finder.Find(call)
	if again, more := finder.Find(call); again != place || len(more) != len(list) {
		m.t.Errorf("asked twice: %v and %v, %v", place, again, more)
	}
	if len(list) > 0 {
		return get.Result{}, list
	}
	if _, err := os.Stat(filepath.Join(place.Dir, "main.weir.hcl")); err != nil {
		m.t.Error(err)
	}
	r := g.Results()[0]
	if want := "git::https://h/m.git//sub?ref=" + r.Version; version != "" && place.Path != want {
		m.t.Errorf("its name is %s, not %s", place.Path, want)
	}
	m.lock = &module.Lock{Modules: []module.Locked{r.Locked}}
	return r, nil
}

// The highest version that is allowed, whatever order tags come in; none before
// a release, and nothing that only looks like one.
func TestChoose(t *testing.T) {
	from := &remote{tags: map[string]string{}, texts: map[string]string{}}
	for i, tag := range []string{"v1.2.0", "v1.10.0", "1.9.0", "v1.11.0-rc1", "v2.0.0", "v2", "release-3.0.0", "latest", "v1.10.0+build"} {
		id := rev(string(rune('a' + i%6)))
		from.tags[tag], from.texts[id] = id, tag
	}
	for constraint, want := range map[string]string{
		"~> 1.2": "v1.10.0", "~> 1.2.0": "v1.2.0", "1.9.0": "1.9.0", ">= 1.0": "v2.0.0", "1.11.0-rc1": "v1.11.0-rc1", "< 1.10": "1.9.0",
	} {
		m := &machine{t, &module.Lock{}, t.TempDir()}
		r, list := m.get(from, false, constraint)
		if len(list) > 0 || r.Version != want {
			t.Errorf("%s: %s, %v", constraint, r.Version, list)
		}
	}
	m := &machine{t, &module.Lock{}, t.TempDir()}
	if _, list := m.get(from, false, "~> 3.0"); len(list) != 1 || list[0].Code != diag.NoSuchVersion {
		t.Errorf("%v", list)
	}
}

// A module through its life: locked, kept, upgraded, fetched elsewhere.
func TestLife(t *testing.T) {
	from := &remote{tags: map[string]string{"v1.0.0": rev("a")}, texts: map[string]string{rev("a"): "one", rev("b"): "two", rev("c"): "three"}}
	m := &machine{t, &module.Lock{}, t.TempDir()}
	step := func(what string, upgrade bool, action get.Action, version string) {
		t.Helper()
		r, list := m.get(from, upgrade, "~> 1.0")
		if len(list) > 0 || r.Action != action || r.Version != version {
			t.Errorf("%s: %s %s, %v", what, r.Action, r.Version, list)
		}
	}
	refused := func(what string, upgrade bool, code diag.Code, says string) {
		t.Helper()
		_, list := m.get(from, upgrade, "~> 1.0")
		if len(list) != 1 || list[0].Code != code || !strings.Contains(list[0].Detail, says) {
			t.Errorf("%s: %v", what, list)
		}
	}
	step("first", false, get.Locked, "v1.0.0")
	from.tags["v1.1.0"] = rev("b")
	from.asked = 0
	step("again", false, get.Kept, "v1.0.0")
	if from.asked > 0 {
		t.Errorf("asked %d times about what is locked and there", from.asked)
	}
	step("upgrade", true, get.Upgraded, "v1.1.0")
	step("nothing new", true, get.Kept, "v1.1.0")
	m.dir = t.TempDir()
	step("elsewhere", false, get.Fetched, "v1.1.0")

	m.dir = t.TempDir()
	from.down = true
	refused("down", false, diag.CannotFetch, "connection refused")
	from.down = false
	from.tags["v1.1.0"] = rev("c")
	refused("moved", false, diag.ModuleChanged, rev("b")+" when it was locked, and is "+rev("c"))
	from.tags["v1.1.0"] = rev("b")
	from.texts[rev("b")] = "evil"
	refused("changed", false, diag.ModuleChanged, "has the hash h1:")
	refused("changed, upgrading", true, diag.ModuleChanged, "has the hash h1:")
	delete(from.texts, rev("b"))
	refused("gone", false, diag.CannotFetch, "does not have "+rev("b"))
	from.tags["v1.2.0"] = rev("c")
	step("onward", true, get.Upgraded, "v1.2.0")
}

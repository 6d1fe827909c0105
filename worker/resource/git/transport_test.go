package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/server"

	"github.com/weirci/weir/worker/resource"
)

// Every transport does all of the work: check, get, commit, put, check again.
// The clone that a get makes is one that real git finds clean.
func TestEveryTransport(t *testing.T) {
	for name, serve := range map[string]func(*testing.T, *fixture) map[string]any{
		"file": func(_ *testing.T, f *fixture) map[string]any { return map[string]any{"uri": "file://" + f.bare()} },
		"path": func(_ *testing.T, f *fixture) map[string]any { return map[string]any{"uri": f.bare()} },
		"http": func(t *testing.T, f *fixture) map[string]any {
			url := serveHTTP(t, f.root, "ann", "s3cret", false)
			return map[string]any{"uri": url + "/app.git", "username": "ann", "password": "s3cret"}
		},
		"ssh": func(t *testing.T, f *fixture) map[string]any {
			s := serveSSH(t, f.bare())
			return map[string]any{"uri": s.url, "private_key": s.privateKey, "known_hosts": s.knownHosts}
		},
		"ssh to a stranger": func(t *testing.T, f *fixture) map[string]any {
			s := serveSSH(t, f.bare())
			return map[string]any{"uri": s.url, "private_key": s.privateKey}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			a, b := f.commit("a", "README 1"), f.commit("b", "bin/tool.sh 1")
			source := serve(t, f)
			source["branch"] = "main"

			if got := (&called{source: source, version: ref(a)}).checked(t); !slices.Equal(got, []string{a, b}) {
				t.Fatalf("check: got %v, want %v", got, []string{a, b})
			}
			dir := t.TempDir()
			clone := filepath.Join(dir, "app")
			get := &called{source: source, version: ref(a)}
			if _, err := get.in(t, clone); err != nil {
				t.Fatalf("in: %v\n%s", err, get.log.String())
			}
			if got := run(t, clone, "git", "rev-parse", "HEAD") + run(t, clone, "git", "status", "--porcelain"); got != a {
				t.Errorf("in: HEAD and what differs from it: %q, want %q", got, a)
			}
			if _, err := (&called{source: source, version: ref(b)}).in(t, clone); err != nil {
				t.Fatalf("in: %v", err)
			}
			if err := os.WriteFile(filepath.Join(clone, "made"), []byte("here"), 0o755); err != nil {
				t.Fatal(err)
			}
			put := &called{source: source, params: map[string]any{"repository": "app", "commit": "made by a task"}}
			got, err := put.out(t, dir)
			if err != nil {
				t.Fatalf("out: %v\n%s", err, put.log.String())
			}
			if tip := run(t, f.bare(), "git", "rev-parse", "main"); got.Version[keyRef] != tip || tip == b {
				t.Errorf("out: pushed %s, main is at %s, was at %s", got.Version[keyRef], tip, b)
			}
			run(t, f.bare(), "git", "fsck", "--strict")
			if tree := run(t, f.bare(), "git", "ls-tree", "-r", "main"); !strings.Contains(tree, "100755 blob") {
				t.Errorf("out: the mode is lost:\n%s", tree)
			}
			if got := (&called{source: source, version: ref(b)}).checked(t); len(got) != 2 {
				t.Errorf("check after out: %v", got)
			}
		})
	}
}

func TestAnSSHServerWithAnotherKeyIsRefused(t *testing.T) {
	f := newFixture(t)
	f.commit("a")
	s, other := serveSSH(t, f.bare()), serveSSH(t, f.bare())
	host, _, _ := strings.Cut(s.knownHosts, " ")
	_, key, _ := strings.Cut(other.knownHosts, " ")
	call := &called{source: map[string]any{"uri": s.url, "private_key": s.privateKey, "known_hosts": host + " " + key}}
	_, err := call.check(t)
	wantError(t, err, "knownhosts: key mismatch")

	stranger := &called{source: map[string]any{"uri": s.url, "private_key": s.privateKey}}
	if got := stranger.checked(t); len(got) != 1 || !strings.Contains(stranger.log.String(), "SHA256:") {
		t.Errorf("without known_hosts: %v, log %q", got, stranger.log.String())
	}
	stranger.source = map[string]any{"uri": s.url, "private_key": other.privateKey}
	_, err = stranger.check(t)
	wantError(t, err, "unable to authenticate")
}

// Where there is little to look at, little is fetched, and the answer is the same.
func TestShallowChecksSayTheSame(t *testing.T) {
	f := newFixture(t)
	var all []string
	for i := range 60 {
		message := fmt.Sprint("c", i)
		if i >= 57 {
			message += " [skip ci]"
		}
		all = append(all, f.commit(message, fmt.Sprintf("f%d %d", i%7, i)))
	}
	url := serveHTTP(t, f.root, "", "", false) + "/app.git"
	for _, from := range []int{-1, 0, 5, 40, 59} {
		for _, more := range []map[string]any{{}, {"paths": []string{"f3"}}} {
			var version resource.Version
			if from >= 0 {
				version = ref(all[from])
			}
			remote := &called{source: f.source(merge(more, map[string]any{"uri": url})), version: version}
			local := &called{source: f.source(more), version: version}
			if got, want := remote.checked(t), local.checked(t); !slices.Equal(got, want) || len(want) == 0 {
				t.Errorf("from %d, %v: got %d versions, want %d", from, more, len(got), len(want))
			}
		}
	}
}

func merge(a, b map[string]any) map[string]any {
	out := map[string]any{}
	for _, m := range []map[string]any{a, b} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

// Nothing here may run a program: the container has none.
func TestNoProgramIsNeeded(t *testing.T) {
	f := newFixture(t)
	a := f.commit("a", "README 1")
	url := serveHTTP(t, f.root, "", "", false) + "/app.git"
	t.Setenv("PATH", "")
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none", "yet"))
	for _, uri := range []string{url, "file://" + f.bare()} {
		dir := t.TempDir()
		call := &called{source: map[string]any{"uri": uri, "branch": "main"}, version: ref(a)}
		if _, err := call.in(t, filepath.Join(dir, "app")); err != nil {
			t.Fatal(err)
		}
		call.params = map[string]any{"repository": "app"}
		if _, err := call.out(t, dir); err != nil {
			t.Fatal(err)
		}
		call.params, call.version = nil, nil
		if got := call.checked(t); !slices.Equal(got, []string{a}) {
			t.Errorf("got %v", got)
		}
	}
}

// The local transport moves a reference only from where the client saw it.
func TestLocalPushesDoNotOverwriteEachOther(t *testing.T) {
	f := newFixture(t)
	a := f.commit("a", "README 1")
	b := f.commit("b", "README 2")
	ep, err := transport.NewEndpoint(f.bare())
	if err != nil {
		t.Fatal(err)
	}
	session, err := localTransport{server.NewClient(diskLoader{})}.NewReceivePackSession(ep, nil)
	if err != nil {
		t.Fatal(err)
	}
	move := packp.NewReferenceUpdateRequest()
	move.Commands = []*packp.Command{{Name: "refs/heads/main", Old: plumbing.NewHash(a), New: plumbing.NewHash(a)}}
	_, err = session.ReceivePack(context.Background(), move)
	wantError(t, err, "refs/heads/main has moved from "+a[:7]+" to "+b[:7])
	if got := run(t, f.bare(), "git", "rev-parse", "main"); got != b {
		t.Errorf("main is at %s, want %s", got, b)
	}
}

func TestARepositoryWithAWorkingTreeIsOneToo(t *testing.T) {
	f := newFixture(t)
	a := f.commit("a", "README 1")
	if got := (&called{source: map[string]any{"uri": f.work}}).checked(t); !slices.Equal(got, []string{a}) {
		t.Errorf("got %v, want %s", got, a)
	}
}

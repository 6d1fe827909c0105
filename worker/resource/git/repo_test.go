package git

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/worker/resource"
)

// run runs a program, real git mostly, and gives what it prints.
func run(t *testing.T, dir string, argv ...string) string {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Cem", "GIT_COMMITTER_EMAIL=cem@example.com")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: %v\n%s", argv, err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// fixture is a bare repository, served somehow, and a clone to commit in.
type fixture struct {
	t    *testing.T
	root string // bare is root/app.git
	work string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("these tests need git, to make repositories with: apt-get install git")
	}
	root := t.TempDir()
	f := &fixture{t, root, filepath.Join(root, "work")}
	run(t, root, "git", "init", "-q", "--bare", "-b", "main", "app.git")
	run(t, root+"/app.git", "git", "config", "http.receivepack", "true")
	run(t, root, "git", "clone", "-q", "app.git", "work")
	run(t, f.work, "git", "checkout", "-q", "-B", "main")
	return f
}

func (f *fixture) bare() string { return filepath.Join(f.root, "app.git") }

// commit writes files, "path content", commits and pushes them; it gives the hash.
func (f *fixture) commit(message string, files ...string) string {
	f.t.Helper()
	for _, file := range files {
		path, content, _ := strings.Cut(file, " ")
		path = filepath.Join(f.work, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			f.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content+"\n"), 0o644); err != nil {
			f.t.Fatal(err)
		}
	}
	f.git("add", "-A")
	f.git("commit", "-q", "--allow-empty", "-m", message)
	f.push()
	return f.git("rev-parse", "HEAD")
}

func (f *fixture) git(args ...string) string {
	f.t.Helper()
	return run(f.t, f.work, append([]string{"git"}, args...)...)
}

func (f *fixture) push() { f.git("push", "-q", "-f", "--tags", "origin", "HEAD:refs/heads/main") }

// source is a source of this repository's file address, with more keys.
func (f *fixture) source(more map[string]any) map[string]any {
	s := map[string]any{"uri": "file://" + f.bare(), "branch": "main"}
	for k, v := range more {
		s[k] = v
	}
	return s
}

// called is what a test asks of the type and what it logged.
type called struct {
	source, params any
	version        resource.Version
	log            bytes.Buffer
}

func (c *called) request(t *testing.T) resource.Request {
	t.Helper()
	source, err := json.Marshal(c.source)
	params, err2 := json.Marshal(c.params)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	return resource.Request{Source: source, Params: params, Version: c.version}
}

func (c *called) host() resource.Host {
	return resource.Host{Log: &c.log, Now: func() time.Time { return time.Unix(1_800_000_000, 0).UTC() }}
}

func (c *called) check(t *testing.T) ([]resource.Version, error) {
	t.Helper()
	return Type{}.Check(context.Background(), c.host(), c.request(t))
}

// checked is the refs that a check gives.
func (c *called) checked(t *testing.T) []string {
	t.Helper()
	versions, err := c.check(t)
	if err != nil {
		t.Fatalf("check: %v\n%s", err, c.log.String())
	}
	refs := make([]string, len(versions))
	for i := range versions {
		refs[i] = versions[i][keyRef]
	}
	return refs
}

func (c *called) in(t *testing.T, dir string) (resource.Response, error) {
	t.Helper()
	return Type{}.In(context.Background(), c.host(), c.request(t), dir)
}

func (c *called) out(t *testing.T, dir string) (resource.Response, error) {
	t.Helper()
	return Type{}.Out(context.Background(), c.host(), c.request(t), dir)
}

func ref(h string) resource.Version { return resource.Version{keyRef: h} }

func content(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// wantError checks that an error says all of the words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(fmt.Sprint(err), w) {
			t.Errorf("error %q does not say %q", fmt.Sprint(err), w)
		}
	}
}

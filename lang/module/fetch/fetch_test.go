package fetch_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/crypto/ssh"

	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/cache"
	"github.com/weirci/weir/lang/module/fetch"
	"github.com/weirci/weir/lang/module/get"
)

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "uploadpack.allowAnySHA1InWant=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// repository has two commits on main, the first with the annotated tag v1.
func repository(t *testing.T) (dir, first, second string) {
	t.Helper()
	dir = t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	for i, text := range []string{"first", "second"} {
		if err := os.WriteFile(filepath.Join(dir, "a.weir.hcl"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		git(t, dir, "add", "-A")
		git(t, dir, "commit", "-q", "-m", text)
		if i == 0 {
			git(t, dir, "tag", "-a", "-m", "one", "v1")
			first = git(t, dir, "rev-parse", "HEAD")
		}
	}
	return dir, first, git(t, dir, "rev-parse", "HEAD")
}

// fetched is what a revision's a.weir.hcl says.
func fetched(t *testing.T, r fetch.Remotes, m module.Remote, revision string) (string, error) {
	t.Helper()
	c := cache.Open(t.TempDir())
	hash, err := c.Add(func(to *cache.Tree) error { return r.Fetch(t.Context(), m, revision, to) })
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(c.Dir(hash), "a.weir.hcl"))
	if err != nil {
		t.Error(err)
	}
	return string(text), nil
}

// The same over ssh and from the disk: tags, branches, commits, also those that
// no name stands for.
func TestGit(t *testing.T) {
	dir, first, second := repository(t)
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("SSH_AUTH_SOCK", "")
	t.Setenv("SSH_KNOWN_HOSTS", filepath.Join(home, ".ssh", "known_hosts"))
	r := fetch.Remotes{Getenv: func(string) string { return "" }, Home: home}
	for kind, url := range map[string]string{"file": "file://" + dir, "ssh": serveSSH(t, home) + dir} {
		t.Run(kind, func(t *testing.T) {
			if tags, err := r.Tags(t.Context(), module.Git{URL: url}); err != nil || len(tags) != 1 || tags[0] != "v1" {
				t.Errorf("tags: %q, %v", tags, err)
			}
			for ref, want := range map[string]get.Revision{
				"": {ID: second}, "main": {ID: second}, "v1": {ID: first, Fixed: true}, first: {ID: first, Fixed: true},
			} {
				if got, err := r.Resolve(t.Context(), module.Git{URL: url, Ref: ref}, ""); err != nil || got != want {
					t.Errorf("%q: %+v, %v", ref, got, err)
				}
			}
			if got, err := r.Resolve(t.Context(), module.Git{URL: url}, "v1"); err != nil || got.ID != first {
				t.Errorf("a version: %+v, %v", got, err)
			}
			for ref, says := range map[string]string{"v2": "did you mean v1?", first[:10]: "all of its 40 digits"} {
				if _, err := r.Resolve(t.Context(), module.Git{URL: url, Ref: ref}, ""); err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%s: %v", ref, err)
				}
			}
			for commit, want := range map[string]string{first: "first", second: "second"} {
				if got, err := fetched(t, r, module.Git{URL: url}, commit); err != nil || got != want {
					t.Errorf("%s: %q, %v", commit, got, err)
				}
			}
			if _, err := fetched(t, r, module.Git{URL: url}, strings.Repeat("0", 39)+"1"); err == nil {
				t.Error("a commit that is not there")
			}
			if _, err := r.Resolve(t.Context(), module.Git{URL: url + "none"}, ""); err == nil || !strings.Contains(err.Error(), "there is no repository") {
				t.Errorf("no repository: %v", err)
			}
		})
	}
}

// Whom the server does not know, and who does not know the server, is told so.
func TestSSHRefused(t *testing.T) {
	dir, _, _ := repository(t)
	home := t.TempDir()
	t.Setenv("HOME", home)
	known := filepath.Join(home, ".ssh", "known_hosts")
	t.Setenv("SSH_KNOWN_HOSTS", known)
	r := fetch.Remotes{Getenv: func(string) string { return "" }, Home: home}
	m := module.Git{URL: serveSSH(t, home) + dir}
	key, err := os.ReadFile(filepath.Join(home, ".ssh", "id_ed25519"))
	if err != nil {
		t.Fatal(err)
	}
	says := func(what, want string) {
		t.Helper()
		if _, err := r.Resolve(t.Context(), m, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	serveSSH(t, home) // another key, which the first server does not know
	says("a wrong key", "known_hosts")
	if err := os.WriteFile(known, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".ssh", "id_ed25519"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	says("an unknown host", "connect once with ssh")
	if err := os.Remove(filepath.Join(home, ".ssh", "id_ed25519")); err != nil {
		t.Fatal(err)
	}
	says("no key", "no SSH agent runs")
}

// serveSSH is an ssh server that runs git's own program; home gets the key for
// it and its own.
func serveSSH(t *testing.T, home string) string {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	hostPublic, hostKey, err2 := ed25519.GenerateKey(nil)
	if err := errors.Join(err, err2, os.MkdirAll(filepath.Join(home, ".ssh"), 0o700)); err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := ssh.NewPublicKey(public)
	host, err2 := ssh.NewPublicKey(hostPublic)
	signer, err3 := ssh.NewSignerFromKey(hostKey)
	listener, err4 := net.Listen("tcp", "127.0.0.1:0")
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, k ssh.PublicKey) (*ssh.Permissions, error) {
		if !bytes.Equal(k.Marshal(), allowed.Marshal()) {
			return nil, errors.New("who are you?")
		}
		return nil, nil
	}}
	config.AddHostKey(signer)
	port := listener.Addr().(*net.TCPAddr).Port
	known := fmt.Sprintf("[127.0.0.1]:%d %s", port, ssh.MarshalAuthorizedKey(host))
	err = errors.Join(os.WriteFile(filepath.Join(home, ".ssh", "id_ed25519"), pem.EncodeToMemory(block), 0o600),
		os.WriteFile(filepath.Join(home, ".ssh", "known_hosts"), []byte(known), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveConn(conn, config)
		}
	}()
	return fmt.Sprintf("ssh://git@127.0.0.1:%d", port)
}

func serveConn(conn net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		channel, requests, err := c.Accept()
		if err != nil {
			return
		}
		go func() {
			defer channel.Close()
			for r := range requests {
				_ = r.Reply(r.Type == "exec" || r.Type == "env", nil)
				if r.Type == "exec" {
					_, _ = channel.SendRequest("exit-status", false, []byte{0, 0, 0, uploadPack(channel, string(r.Payload[4:]))})
					return
				}
			}
		}()
	}
}

func uploadPack(channel ssh.Channel, command string) byte {
	_, path, _ := strings.Cut(command, " ")
	cmd := exec.Command("git", "-c", "safe.directory=*", "upload-pack", strings.Trim(path, "'"))
	stdin, _ := cmd.StdinPipe()
	cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
	go func() {
		_, _ = io.Copy(stdin, channel)
		stdin.Close()
	}()
	if err := cmd.Run(); err != nil {
		return 128
	}
	return 0
}

// tarball is an archive of entries.
func tarball(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range entries {
		h.Mode = 0o644
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, strings.NewReader(strings.Repeat("x", int(h.Size))), h.Size); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// Layers as different tools make them, and what is refused in them.
func TestOCI(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	host := strings.TrimPrefix(server.URL, "http://")
	plain := tarball(t, tar.Header{Name: "./", Typeflag: tar.TypeDir}, tar.Header{Name: "./a.weir.hcl", Typeflag: tar.TypeReg, Size: 1})
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		layer     []byte
		mediaType types.MediaType
		title     string
		err       string
	}{
		"tar":      {plain, "application/vnd.oci.image.layer.v1.tar", "", ""},
		"gzip":     {gzipped(plain), "application/vnd.oci.image.layer.v1.tar+gzip", "", ""},
		"zstd":     {z.EncodeAll(plain, nil), "application/vnd.oci.image.layer.v1.tar+zstd", "", ""},
		"file":     {[]byte("x"), "application/octet-stream", "a.weir.hcl", ""},
		"bad file": {[]byte("x"), "application/octet-stream", "../a", "leads out"},
		"blob":     {[]byte("x"), "application/octet-stream", "", "neither an archive nor"},
		"no tar":   {[]byte("hello, world"), "application/tar", "", "reading a layer"},
		"link":     {tarball(t, tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}), "application/tar", "", "symbolic link"},
		"hard":     {tarball(t, tar.Header{Name: "l", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}), "application/tar", "", "hard link"},
		"escape":   {tarball(t, tar.Header{Name: "a/../../x", Typeflag: tar.TypeReg, Size: 1}), "application/tar", "", "leads out"},
		"device":   {tarball(t, tar.Header{Name: "d", Typeflag: tar.TypeChar}), "application/tar", "", "neither a file nor"},
		"bomb":     {gzipped(tarball(t, tar.Header{Name: "b", Typeflag: tar.TypeReg, Size: cache.MaxBytes + 1})), "application/tar+gzip", "", "larger than 64 MiB"},
	} {
		t.Run(what, func(t *testing.T) {
			repository := host + "/m/" + strings.ReplaceAll(what, " ", "-")
			image, err := mutate.Append(empty.Image, mutate.Addendum{Layer: static.NewLayer(c.layer, c.mediaType), MediaType: c.mediaType,
				Annotations: map[string]string{"org.opencontainers.image.title": c.title}})
			if err != nil {
				t.Fatal(err)
			}
			ref, err := name.ParseReference(repository + ":1.0.0")
			if err != nil {
				t.Fatal(err)
			}
			if err := remote.Write(ref, image); err != nil {
				t.Fatal(err)
			}
			m := module.OCI{Repository: repository, Tag: "1.0.0"}
			now, err := fetch.Remotes{}.Resolve(t.Context(), m, "")
			if err != nil {
				t.Fatal(err)
			}
			got, err := fetched(t, fetch.Remotes{}, m, now.ID)
			switch {
			case c.err == "" && (err != nil || got != "x"):
				t.Errorf("%q, %v", got, err)
			case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
				t.Errorf("%v", err)
			}
		})
	}
	gone := module.OCI{Repository: host + "/m/tar"}
	if _, err := fetched(t, fetch.Remotes{}, gone, "sha256:"+strings.Repeat("0", 64)); !errors.Is(err, get.ErrGone) {
		t.Errorf("a digest that is not there: %v", err)
	}
	if tags, err := (fetch.Remotes{}).Tags(t.Context(), gone); err != nil || len(tags) != 1 {
		t.Errorf("%q, %v", tags, err)
	}
}

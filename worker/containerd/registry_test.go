package containerd_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/containerd"
	"github.com/weirci/weir/worker/network"
	"github.com/weirci/weir/worker/workertest"
)

// A registry with a password, on this machine: images are pulled once for many
// runs, and what is wrong is the user's fault where it is.
func TestRegistry(t *testing.T) {
	m := setUp(t)
	var manifests atomic.Int32
	store := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	var open atomic.Bool
	open.Store(true)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if !open.Load() && (user != "me" || password != "secret") {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/") {
			manifests.Add(1)
		}
		store.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	digest := push(t, m.layout, host+"/team/busybox:1")
	open.Store(false)

	auth := filepath.Join(t.TempDir(), "config.json")
	text := fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, host, base64.StdEncoding.EncodeToString([]byte("me:secret")))
	if err := os.WriteFile(auth, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := openWith(t, m, auth, 2)
	ended := make(chan error, 4)
	for range 4 { // at the same time: one pull
		go func() { ended <- run(t.Context(), r, host+"/team/busybox:1") }()
	}
	for range 4 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if n := manifests.Load(); n > 1 {
		t.Errorf("the manifest was read %d times", n)
	}
	for _, locked := range []string{host + "/team/busybox@" + digest, host + "/team/busybox:gone@" + digest, "oci:" + m.layout + "@" + digest} {
		if err := run(t.Context(), r, locked); err != nil {
			t.Errorf("what is locked, as weir lock writes it: %v", err)
		}
	}
	var fault *worker.UserError
	if err := run(t.Context(), r, host+"/team/busybox:2"); !errors.As(err, &fault) || !strings.Contains(err.Error(), "no such image") {
		t.Errorf("a tag that is not there: %v", err)
	}
	if err := run(t.Context(), r, host+"/team/busybox:1@sha256:"+strings.Repeat("0", 64)); !errors.As(err, &fault) || !strings.Contains(err.Error(), "no image with that digest any more") {
		t.Errorf("a digest that is gone: %v", err)
	}
	stranger := openWith(t, m, "", 3)
	if err := run(t.Context(), stranger, host+"/team/busybox:1"); !errors.As(err, &fault) || !strings.Contains(err.Error(), "credentials") {
		t.Errorf("without a password: %v", err)
	}
	server.Close()
	if err := run(t.Context(), r, host+"/team/other:1"); err == nil || errors.As(err, new(*worker.UserError)) {
		t.Errorf("a registry that is down is not the user's fault: %v", err)
	}
}

func openWith(t *testing.T, m machine, credentials string, net int) *containerd.Runtime {
	t.Helper()
	number := netNumber(net)
	r, err := containerd.Open(t.Context(), containerd.Config{
		Dir: t.TempDir(), Address: m.address, Binary: m.binary, Init: workertest.InitOf(m.binary), Now: time.Now, Credentials: credentials,
		Log:     slog.New(slog.DiscardHandler),
		Network: network.Config{Bridge: "wt" + number, Subnet: netip.MustParsePrefix("10.204." + number + ".0/24")},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return r
}

func run(ctx context.Context, r *containerd.Runtime, ref string) error {
	_, err := runtimeCycle(ctx, r, worker.Task{RunID: workertest.NewID(), Image: worker.Image{Ref: ref}, Argv: []string{"true"}, Hermetic: true})
	return err
}

// push is what docker push does, without a second library for it. It gives the
// digest of the image.
func push(t *testing.T, dir, ref string) string {
	t.Helper()
	host, rest, _ := strings.Cut(ref, "/")
	repository, tag, _ := strings.Cut(rest, ":")
	base := "http://" + host + "/v2/" + repository
	var index ocispec.Index
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err = errors.Join(err, json.Unmarshal(text, &index)); err != nil {
		t.Fatal(err)
	}
	blobs, err := filepath.Glob(filepath.Join(dir, "blobs/sha256/*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, blob := range blobs {
		digest := "sha256:" + filepath.Base(blob)
		if digest == index.Manifests[0].Digest.String() {
			defer send(t, http.MethodPut, base+"/manifests/"+tag, ocispec.MediaTypeImageManifest, blob)
			continue
		}
		send(t, http.MethodPost, base+"/blobs/uploads/?digest="+digest, "application/octet-stream", blob)
	}
	return index.Manifests[0].Digest.String()
}

func send(t *testing.T, method, url, mediaType, file string) {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", mediaType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("%s %s: %s", method, url, resp.Status)
	}
}

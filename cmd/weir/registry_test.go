package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// privateRegistry lets in who is me with the password secret.
type privateRegistry struct {
	host  string
	store http.Handler // the registry behind the door
}

func startRegistry(t *testing.T) *privateRegistry {
	t.Helper()
	store := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		store.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return &privateRegistry{host: strings.TrimPrefix(server.URL, "http://"), store: store}
}

// login is what `docker login` leaves, for all that is started from now on.
func login(t *testing.T, passwords map[string]string) {
	t.Helper()
	auths := map[string]any{}
	for host, login := range passwords {
		auths[host] = map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte(login))}
	}
	text, err := json.Marshal(map[string]any{"auths": auths})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DOCKER_CONFIG", dir)
}

// push puts the image of an OCI layout there as team/app:1.
func (r *privateRegistry) push(t *testing.T, layout string) {
	t.Helper()
	var index ocispec.Index
	text, err := os.ReadFile(filepath.Join(layout, "index.json"))
	if err = errors.Join(err, json.Unmarshal(text, &index)); err != nil {
		t.Fatal(err)
	}
	blobs, err := filepath.Glob(filepath.Join(layout, "blobs/sha256/*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, blob := range blobs {
		digest := "sha256:" + filepath.Base(blob)
		if digest == index.Manifests[0].Digest.String() {
			defer r.send(t, http.MethodPut, "/v2/team/app/manifests/1", ocispec.MediaTypeImageManifest, blob)
			continue
		}
		r.send(t, http.MethodPost, "/v2/team/app/blobs/uploads/?digest="+digest, "application/octet-stream", blob)
	}
}

func (r *privateRegistry) send(t *testing.T, method, path, mediaType, file string) {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(method, path, bytes.NewReader(body))
	req.Header.Set("Content-Type", mediaType)
	answer := httptest.NewRecorder()
	if r.store.ServeHTTP(answer, req); answer.Code != http.StatusCreated {
		t.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
}

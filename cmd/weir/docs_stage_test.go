package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/state/embedded"
)

// stage is what a document's commands run in: a directory, an environment, and
// what stands here for what only the reader has.
type stage struct {
	dir, address string
	env          []string
	replace      []string // old, new, …
	stops        []func()
}

// stages prepare what a document takes for granted.
var stages = map[string]func(*testing.T, *stage){
	"README.md":    withRepository,
	"operating.md": withMachines,
}

func newStage(t *testing.T) *stage {
	t.Helper()
	dir, err := os.MkdirTemp(bin, "docs-*") //nolint:usetesting // that directory is closed to PostgreSQL
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := &stage{dir: dir}
	s.env = []string{
		"PATH=" + filepath.Join(dir, "bin") + ":" + bin + ":" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + filepath.Join(dir, "config"),
		"NO_COLOR=1", "LC_ALL=C.UTF-8", "WEIR_RUNTIME=process", "WEIR_LISTEN=127.0.0.1:0",
	}
	t.Cleanup(s.stopAll)
	return s
}

func (s *stage) stopAll() {
	for _, stop := range s.stops {
		stop()
	}
	s.stops = nil
}

// real is a text with what is really here.
func (s *stage) real(text string) string { return strings.NewReplacer(s.replace...).Replace(text) }

func (s *stage) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// withRepository makes the repository that the README's pipeline tests, and gives
// its task the Go that runs this test, with what that has compiled already.
func withRepository(t *testing.T, s *stage) {
	s.write(t, "app/go.mod", "module example.com/app\n\ngo 1.21\n")
	s.write(t, "app/app_test.go", "package app\n\nimport \"testing\"\n\nfunc TestApp(t *testing.T) { t.Log(\"well\") }\n")
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "first"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = filepath.Join(s.dir, "app"), s.env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	cache, err := exec.Command(tool, "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "bin/go", "#!/bin/sh\nexport GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE="+strings.TrimSpace(string(cache))+"\nexec "+tool+" \"$@\"\n")
	s.replace = []string{"https://git.example.com/app.git", "file://" + filepath.Join(s.dir, "app")}
}

// withMachines brings the database and the certificate of operating.md; its
// machines are all this one.
func withMachines(t *testing.T, s *stage) {
	db, err := embedded.Start(context.Background(), embedded.Options{Dir: filepath.Join(s.dir, "postgres")})
	if err != nil {
		t.Fatal(err)
	}
	s.stops = append(s.stops, func() { _ = db.Stop(context.Background()) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	l.Close()
	s.certificate(t)
	s.env = append(s.env, "URL="+db.URL(embedded.Database), "SSL_CERT_FILE="+filepath.Join(s.dir, "cert.pem"))
	s.replace = []string{
		"https://weir.example.com:8443", "https://" + s.address, ":8443", s.address, "/var/lib/weir", filepath.Join(s.dir, "worker"),
	}
}

// certificate makes cert.pem and key.pem.
func (s *stage) certificate(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	s.write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

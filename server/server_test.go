package server_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/server"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// serve runs a server on loopback; stop ends it and gives what Serve returned.
func serve(t *testing.T, o server.Options) (address string, stop func() error) {
	t.Helper()
	srv, l := must(server.New(o))(t), listen(t, "127.0.0.1:0")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ctx, l) }()
	stop = func() error { cancel(); return <-ended }
	t.Cleanup(cancel)
	return l.Addr().String(), stop
}

// certificate makes a CA and a certificate for 127.0.0.1 that it has signed.
func certificate(t *testing.T) (certFile, keyFile string, ca *x509.CertPool) {
	t.Helper()
	caKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caCert := must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, caKey.Public(), caKey))(t)))(t)
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der := must(x509.CreateCertificate(rand.Reader, leaf, caCert, key.Public(), caKey))(t)
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, certFile, "CERTIFICATE", der)
	writePEM(t, keyFile, "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))(t))
	ca = x509.NewCertPool()
	ca.AddCert(caCert)
	return certFile, keyFile, ca
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTLS(t *testing.T) {
	store := pgtest.New(t)
	must(store.EnsureTeam(t.Context(), "main"))(t)
	token := must(store.CreateToken(t.Context(), "main", "ann", state.RoleMember))(t)
	certFile, keyFile, ca := certificate(t)
	o := options(t, store, nil)
	o.TLS = must(server.LoadTLS(certFile, keyFile))(t)
	address, stop := serve(t, o)

	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	for name, opts := range map[string][]connect.ClientOption{
		"connect": nil, "grpc": {connect.WithGRPC()}, "grpc-web": {connect.WithGRPCWeb()}, "json": {connect.WithProtoJSON()},
	} {
		c := dial(&http.Client{Transport: transport}, "https://"+address, token, opts...)
		res := must(c.admin.ServerInfo(t.Context(), connect.NewRequest(&weirv1.ServerInfoRequest{})))(t)
		if res.Msg.Team != "main" {
			t.Errorf("%s: %v", name, res.Msg)
		}
	}
	res := must((&http.Client{Transport: transport}).Get("https://" + address + "/healthz"))(t)
	_ = res.Body.Close()
	if res.ProtoMajor != 2 {
		t.Errorf("HTTP %d", res.ProtoMajor)
	}
	if res, err := http.Get("http://" + address + "/healthz"); err == nil {
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			t.Error("it answers in the clear")
		}
	}
	if res, err := http.Get("https://" + address + "/healthz"); err == nil {
		_ = res.Body.Close()
		t.Error("a certificate that nobody knows is taken")
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := server.LoadTLS(keyFile, keyFile); !contains(err, "load the certificate") {
		t.Errorf("a key as certificate: %v", err)
	}
}

// HTTP/2 in the clear is for gRPC clients on the same machine.
func TestH2COnLoopback(t *testing.T) {
	store := pgtest.New(t)
	address, stop := serve(t, options(t, store, nil))
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols}
	defer transport.CloseIdleConnections()
	c := dial(&http.Client{Transport: transport}, "http://"+address, "", connect.WithGRPC())
	_, err := c.admin.ServerInfo(t.Context(), connect.NewRequest(&weirv1.ServerInfoRequest{}))
	wantCode(t, err, connect.CodeUnauthenticated, "wants a token")
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestNoTokensInTheClear(t *testing.T) {
	store := pgtest.New(t)
	srv := must(server.New(options(t, store, nil)))(t)
	err := srv.Serve(t.Context(), listen(t, "0.0.0.0:0"))
	if !contains(err, "without TLS") {
		t.Fatalf("it serves everybody: %v", err)
	}
	o := options(t, store, nil)
	o.Insecure = true
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := must(server.New(o))(t).Serve(ctx, listen(t, "0.0.0.0:0")); err != nil {
		t.Errorf("insecure was meant: %v", err)
	}
}

func TestNewWantsWhatItNeeds(t *testing.T) {
	store := pgtest.New(t)
	for name, spoil := range map[string]func(*server.Options){
		"store": func(o *server.Options) { o.Store = nil },
		"log":   func(o *server.Options) { o.Log = nil },
		"now":   func(o *server.Options) { o.Now = nil },
		"mount": func(o *server.Options) { o.Mounts = map[string]http.Handler{"/": http.NotFoundHandler()} },
	} {
		o := options(t, store, nil)
		spoil(&o)
		if _, err := server.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A stop ends streams at once and says so to who watches; also those of what is
// mounted.
func TestStopEndsStreams(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	b := w.trigger(t, "demo", "alone")
	o := options(t, w.store, nil)
	mounted := make(chan error, 1)
	began := make(chan struct{})
	o.Mounts = map[string]http.Handler{"/mounted/": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
		mounted <- context.Cause(r.Context())
	})}
	address, stop := serve(t, o)
	s := must(dial(http.DefaultClient, "http://"+address, w.token("main", state.RoleViewer)).builds.Watch(t.Context(), connect.NewRequest(&weirv1.WatchRequest{Id: b.Id})))(t)
	if !s.Receive() {
		t.Fatal(s.Err())
	}
	go func() {
		if res, err := http.Get("http://" + address + "/mounted/x"); err == nil {
			_ = res.Body.Close()
		}
	}()
	<-began
	start := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	for s.Receive() {
	}
	wantCode(t, s.Err(), connect.CodeUnavailable, "connect again")
	if err := <-mounted; !contains(err, "stopping") {
		t.Errorf("mounted: %v", err)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	if code, _ := get(t, w.url+"/healthz"); code != http.StatusOK {
		t.Errorf("healthz: %d", code)
	}
	if code, body := get(t, w.url+"/readyz"); code != http.StatusOK || !strings.Contains(body, `"schema":{"ok":true`) {
		t.Errorf("readyz: %d %s", code, body)
	}
	w.exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)")
	if code, body := get(t, w.url+"/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "weir migrate") || !strings.Contains(body, `"database":{"ok":true`) {
		t.Errorf("readyz with another schema: %d %s", code, body)
	}
	if code, _ := get(t, w.url+"/healthz"); code != http.StatusOK {
		t.Errorf("healthz: %d", code)
	}
}

func TestHandlersInTheSameProcess(t *testing.T) {
	w := newWorld(t)
	s := server.NewServices(w.store, nil, options(t, w.store, nil).Log, "1", nil)
	req := connect.NewRequest(&weirv1.PlanRequest{Pipeline: "demo", Graph: demo("demo").graph(t).Encode()})
	_, err := s.Pipelines.Plan(t.Context(), req)
	wantCode(t, err, connect.CodeUnauthenticated, "wants a token")
	id := server.Identity{TeamID: must(w.store.TeamID(t.Context(), "main"))(t), Team: "main", Name: "operator"}
	ctx := server.WithIdentity(t.Context(), id)
	plan := must(s.Pipelines.Plan(ctx, req))(t).Msg.Plan
	if got := must(s.Pipelines.Apply(ctx, connect.NewRequest(&weirv1.ApplyRequest{Plan: plan})))(t).Msg.Revision; got != 1 {
		t.Errorf("revision %d", got)
	}
	w.exec("DROP TABLE audit_events") // who is in the same process reads no log: the error says it all
	_, err = s.Builds.Trigger(ctx, connect.NewRequest(&weirv1.TriggerRequest{Pipeline: "demo", Job: "unit"}))
	wantCode(t, err, connect.CodeInternal, "audit_events")
	_, err = w.builds.Trigger(t.Context(), connect.NewRequest(&weirv1.TriggerRequest{Pipeline: "demo", Job: "unit"}))
	wantCode(t, err, connect.CodeInternal, "look at its log")
	if contains(err, "audit_events") {
		t.Errorf("a client is told of tables: %v", err)
	}
}

package notify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/server/notify"
	"github.com/weirci/weir/state"
)

// relay is a real SMTP server, which keeps what it gets.
type relay struct {
	t        *testing.T
	addr     string
	roots    *x509.CertPool
	needsTLS bool
	refuse   map[string]*smtp.SMTPError // by recipient

	mu   sync.Mutex
	mail []letter
}

type letter struct {
	user, from string
	to         []string
	data       string
}

// newRelay has a certificate for localhost; implicit: TLS from the beginning.
func newRelay(t *testing.T, needsTLS, implicit bool) *relay {
	t.Helper()
	r := &relay{t: t, needsTLS: needsTLS, roots: x509.NewCertPool(), refuse: map[string]*smtp.SMTPError{}}
	config := &tls.Config{Certificates: []tls.Certificate{r.certificate()}}
	s := smtp.NewServer(r)
	s.Domain, s.AllowInsecureAuth, s.ErrorLog = "localhost", false, log.New(io.Discard, "", 0)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = l.Addr().String()
	if implicit {
		l = tls.NewListener(l, config)
	} else if needsTLS {
		s.TLSConfig = config
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close(); <-done })
	return r
}

func (r *relay) certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		r.t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		r.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		r.t.Fatal(err)
	}
	r.roots.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// through is a notifier that hands its mail to the relay.
func (r *relay) through(url string) *notify.Notifier {
	r.t.Helper()
	_, port, _ := net.SplitHostPort(r.addr)
	s, err := notify.ParseSMTP(strings.ReplaceAll(url, "PORT", port), "Weir <weir@example.com>", "pass-81c2")
	if err != nil {
		r.t.Fatal(err)
	}
	s.Roots = r.roots
	return notifier(r.t, func(o *notify.Options) { o.SMTP, o.Guard = s, notify.Guard{} }) // the relay is the operator's
}

func (r *relay) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{relay: r, conn: c}, nil
}

type session struct {
	relay *relay
	conn  *smtp.Conn
	letter
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "weir" || password != "pass-81c2" {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if _, secure := s.conn.TLSConnectionState(); s.relay.needsTLS && (!secure || s.user == "") {
		return errors.New("not without TLS and a password")
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.relay.refuse[to]; err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.data = string(b)
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	s.relay.mail = append(s.relay.mail, s.letter)
	return err
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// parts are those of a mail, by type.
func parts(t *testing.T, m *mail.Message) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("type %s, %v", kind, err)
	}
	out := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err != nil {
			return out
		}
		text, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		out[p.Header.Get("Content-Type")] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
}

func (r *relay) only() (letter, *mail.Message) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.mail) != 1 {
		r.t.Fatalf("it got %d mails", len(r.mail))
	}
	m, err := mail.ReadMessage(strings.NewReader(r.mail[0].data))
	if err != nil {
		r.t.Fatal(err)
	}
	return r.mail[0], m
}

func TestEmail(t *testing.T) {
	for url, implicit := range map[string]bool{"smtp://weir@localhost:PORT": false, "smtps://weir@localhost:PORT": true} {
		r := newRelay(t, true, implicit)
		d := failed("email", graph.Map{"to": graph.List{graph.String("Ann <ann@example.com>"), graph.String("bob@example.com")}})
		d.Message = "<b>exit</b> code 1"
		arrives(t, r.through(url), d)
		l, m := r.only()
		if l.user != "weir" || l.from != "weir@example.com" || strings.Join(l.to, " ") != "ann@example.com bob@example.com" {
			t.Errorf("%s: %+v", url, l)
		}
		for k, want := range map[string]string{
			"From": `"Weir" <weir@example.com>`, "To": `"Ann" <ann@example.com>, <bob@example.com>`, "Subject": "shop/unit #14 failed: it succeeded before",
			"Message-ID": "<" + d.ID + "@example.com>", "X-Weir-Delivery": d.ID, "Date": "Sat, 21 Nov 2026 12:00:00 +0000", "Auto-Submitted": "auto-generated",
		} {
			if got := m.Header.Get(k); got != want {
				t.Errorf("%s: %s is %q", url, k, got)
			}
		}
		link := "https://weir.example.com/teams/main/pipelines/shop/jobs/unit/builds/14"
		got := parts(t, m)
		if want := "shop/unit #14 failed: it succeeded before\n\n<b>exit</b> code 1\n\napp ref=" + sha + "\nclock time=x\n\n" + link + "\n"; got["text/plain; charset=utf-8"] != want {
			t.Errorf("%s: text %q", url, got["text/plain; charset=utf-8"])
		}
		if h := got["text/html; charset=utf-8"]; !strings.Contains(h, "&lt;b&gt;exit&lt;/b&gt;") || !strings.Contains(h, `<a href="`+link+`">`) {
			t.Errorf("%s: html %q", url, h)
		}
	}
}

// What the pipeline writes is what is sent; no line of it becomes a header.
func TestEmailAsWritten(t *testing.T) {
	r := newRelay(t, false, false)
	d := failed("email", graph.Map{
		"to": graph.String("ann@example.com, bob@example.com"), "subject": graph.String("Größe\r\nBcc: eve@example.com"),
		"text": graph.Deferred{Source: "${build.job} ${event.status}\n.\nend", Refs: []string{"build.job", "event.status"}},
	})
	arrives(t, r.through("smtp://localhost:PORT?tls=none"), d)
	l, m := r.only()
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "Größe Bcc: eve@example.com" || m.Header.Get("Bcc") != "" || len(l.to) != 2 {
		t.Errorf("subject %q, %v; %+v", subject, err, l)
	}
	if got := parts(t, m); len(got) != 1 || got["text/plain; charset=utf-8"] != "unit failed\n.\nend" {
		t.Errorf("parts %q", got)
	}
}

func TestRelaysThatRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		needsTLS bool
		url      string
		refuse   *smtp.SMTPError
		hopeless bool
		want     string
	}{
		"no STARTTLS":     {false, "smtp://weir@localhost:PORT", nil, false, "nothing is sent in clear"},
		"no such mailbox": {true, "smtp://weir@localhost:PORT", &smtp.SMTPError{Code: 550, Message: "no such user"}, true, "no such user"},
		"come back later": {true, "smtp://weir@localhost:PORT", &smtp.SMTPError{Code: 451, Message: "greylisted"}, false, "greylisted"},
		"another user":    {true, "smtp://eve@localhost:PORT", nil, false, "535"},
		"another host":    {true, "smtp://weir@127.0.0.1:PORT", nil, false, "certificate"},
	} {
		r := newRelay(t, c.needsTLS, false)
		if c.refuse != nil {
			r.refuse["ann@example.com"] = c.refuse
		}
		got := deliver(t, r.through(c.url), failed("email", graph.Map{"to": graph.String("ann@example.com")}))
		if got.OK || got.Hopeless != c.hopeless || !strings.Contains(got.Reason, c.want) || strings.Contains(got.Reason, "pass-81c2") {
			t.Errorf("%s: %+v", name, got)
		}
		if len(r.mail) != 0 {
			t.Errorf("%s: it got %+v", name, r.mail)
		}
	}
}

// A relay that says nothing is given up on after a while.
func TestARelayThatHangs(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := notify.ParseSMTP("smtp://"+l.Addr().String()+"?tls=none", "weir@example.com", "")
	if err != nil {
		t.Fatal(err)
	}
	n := notifier(t, func(o *notify.Options) { o.SMTP, o.Patience = s, 50*time.Millisecond })
	got := deliver(t, n, failed("email", graph.Map{"to": graph.String("ann@example.com")}))
	if got != (state.Delivered{Reason: "there was no answer in time"}) {
		t.Errorf("it came to %+v", got)
	}
}

func TestEmailThatCannotBe(t *testing.T) {
	s, err := notify.ParseSMTP("smtp://localhost?tls=none", "weir@example.com", "")
	if err != nil {
		t.Fatal(err)
	}
	many := graph.List{}
	for range 51 {
		many = append(many, graph.String("a@example.com"))
	}
	for name, c := range map[string]struct {
		relay *notify.SMTP
		to    graph.Value
		want  string
	}{
		"no relay":   {nil, graph.String("a@example.com"), "--smtp"},
		"no address": {s, graph.String("nobody"), "no address"},
		"two lines":  {s, graph.String("a@example.com\r\nBcc: b@example.com"), "no address"},
		"too many":   {s, many, "51 addresses"},
		"none":       {s, graph.List{}, "0 addresses"},
	} {
		n := notifier(t, func(o *notify.Options) { o.SMTP = c.relay })
		if got := deliver(t, n, failed("email", graph.Map{"to": c.to})); !got.Hopeless || !strings.Contains(got.Reason, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestParseSMTP(t *testing.T) {
	for url, want := range map[string]string{
		"smtp://weir:secret@mail.example.com": "WEIR_SMTP_PASSWORD", "http://mail.example.com": "smtp://USER@HOST", "smtp://weir@mail.example.com?tls=none": "no TLS",
		"smtp://mail.example.com?x=y": "?tls=none",
	} {
		if _, err := notify.ParseSMTP(url, "weir@example.com", "p"); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := notify.ParseSMTP("smtp://weir@mail.example.com", "weir@example.com", ""); err == nil || !strings.Contains(err.Error(), "no password") {
		t.Errorf("without a password: %v", err)
	}
	if _, err := notify.ParseSMTP("smtp://mail.example.com", "weir", ""); err == nil || !strings.Contains(err.Error(), "no address") {
		t.Errorf("sender: %v", err)
	}
	if s, err := notify.ParseSMTP("smtps://weir@mail.example.com", "weir@example.com", "p"); err != nil || s.Port != "465" || s.TLS != "tls" {
		t.Errorf("%+v, %v", s, err)
	}
}

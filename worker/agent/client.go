package agent

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"
	"time"
)

// newHTTPClient speaks HTTP/2 only: everything the worker says goes over one
// connection. Pings find a server that is gone without a word.
func newHTTPClient(o Options, key *atomic.Pointer[string]) (*http.Client, error) {
	u, err := url.Parse(o.ServerURL)
	if err != nil {
		return nil, fmt.Errorf("the server's URL: %w", err)
	}
	t := &http.Transport{
		Protocols:           new(http.Protocols),
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second},
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
	}
	switch {
	case u.Scheme == "https":
		t.Protocols.SetHTTP2(true)
		if t.TLSClientConfig, err = tlsConfig(o.CAFile); err != nil {
			return nil, err
		}
	case u.Scheme == "http" && loopback(u.Hostname()):
		t.Protocols.SetUnencryptedHTTP2(true)
	case u.Scheme == "http":
		return nil, fmt.Errorf("%s: the key would go over the network in clear; use https", o.ServerURL)
	default:
		return nil, fmt.Errorf("%s: the server's URL must begin with https://", o.ServerURL)
	}
	return &http.Client{Transport: &bearer{next: t, key: key}}, nil
}

func tlsConfig(caFile string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("the CA file: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the CA file %s holds no PEM certificate", caFile)
	}
	return c, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// bearer shows the worker's key with every request.
type bearer struct {
	next *http.Transport
	key  *atomic.Pointer[string]
}

func (b *bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if key := b.key.Load(); key != nil && r.Header.Get("Authorization") == "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+*key)
	}
	return b.next.RoundTrip(r)
}

// CloseIdleConnections is what http.Client looks for.
func (b *bearer) CloseIdleConnections() { b.next.CloseIdleConnections() }

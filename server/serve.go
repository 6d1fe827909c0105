package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// grace is what calls that are under way get to end when the server stops;
// streams are ended at once.
const grace = 10 * time.Second

// Serve answers on the listener until ctx ends, and then stops: it takes no new
// connections, lets calls end and ends streams. It closes the listener. It
// returns nil after such a stop, and an error at once where the address needs
// TLS and there is none.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if err := s.mayServe(l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	srv := s.httpServer()
	s.opts.Log.InfoContext(ctx, "serving", "address", l.Addr().String(), "tls", s.opts.TLS != nil, "url", s.opts.ExternalURL)
	failed := make(chan error, 1)
	go func() { failed <- serve(srv, l) }()
	select {
	case err := <-failed:
		s.stop(errStopping)
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	err := s.shutdown(context.WithoutCancel(ctx), srv)
	if ended := <-failed; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

func serve(srv *http.Server, l net.Listener) error {
	if srv.TLSConfig != nil {
		return srv.ServeTLS(l, "", "")
	}
	return srv.Serve(l)
}

// mayServe refuses to send tokens over a network in the clear.
func (s *Server) mayServe(a net.Addr) error {
	if s.opts.TLS != nil || s.opts.Insecure || isLoopback(a) {
		return nil
	}
	return fmt.Errorf("will not serve %s without TLS, as tokens would cross the network in the clear: give a certificate and key, listen on 127.0.0.1, or say that insecure is meant", a)
}

// isLoopback says that nobody but this machine gets there.
func isLoopback(a net.Addr) bool {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	case *net.UnixAddr:
		return true
	}
	return false
}

func (s *Server) httpServer() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	srv := &http.Server{
		Handler:           s.handler,
		Protocols:         protocols,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelDebug),
	}
	if s.opts.TLS == nil {
		protocols.SetUnencryptedHTTP2(true)
		return srv
	}
	srv.TLSConfig = s.opts.TLS.Clone()
	srv.TLSConfig.MinVersion = max(srv.TLSConfig.MinVersion, tls.VersionTLS12)
	return srv
}

func (s *Server) shutdown(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	s.stop(errStopping)
	if err := srv.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("stop serving: %w", err), srv.Close())
	}
	return nil
}

// LoadTLS reads a certificate and its key, PEM files.
func LoadTLS(certFile, keyFile string) (*tls.Config, error) {
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("load the certificate %s and its key %s: %w", certFile, keyFile, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
}

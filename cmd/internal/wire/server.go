package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/weirci/weir/compiler/policy"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/reconciler/pace"
	"github.com/weirci/weir/server"
	"github.com/weirci/weir/server/intercept"
	"github.com/weirci/weir/server/secret"
	"github.com/weirci/weir/server/webhook"
	"github.com/weirci/weir/server/workerapi"
	"github.com/weirci/weir/state/blob/s3"
	"github.com/weirci/weir/state/postgres"
)

// ServerConfig is what a server is made of.
type ServerConfig struct {
	Database        string
	Direct          string // the same database past a pooler; "": there is none
	Listen          string
	TLSCert, TLSKey string // PEM files; "": no TLS
	ExternalURL     string
	Advertise       string // the URL at which workers reach this server and no other; "": the one that they have
	Insecure        bool   // without TLS beyond this machine
	Migrate         bool
	Version         string
	Secrets         secret.Access
	Checks          pace.Rates // below 0: no limit
	Retention       Retention  // zero: DefaultRetention
	Placement       Placement
	LogStore        string // s3://…: where the logs of ended builds are kept; "": in the database
	Notify          NotifyConfig
	Log             *slog.Logger
}

// Server is the API, the workers' API and the reconciler on one database.
type Server struct {
	Addr string // that it listens on

	store    *postgres.Store
	listener *postgres.Listener
	api      *server.Server
	workers  *workerapi.Handler
	work     *reconciler.Reconciler
	socket   net.Listener
	log      *slog.Logger

	unsubscribe func()
}

// judgesAtOnce bounds the processes that evaluate policies: each may take
// policy.DefaultMemory.
const judgesAtOnce = 2

// NewServer opens the database and the port. Nothing is served before Run.
func NewServer(ctx context.Context, c ServerConfig) (_ *Server, err error) {
	s := &Server{log: c.Log}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.store, err = c.openStore(ctx); err != nil {
		return nil, err
	}
	if s.listener, err = s.store.Listen(ctx); err != nil {
		return nil, &DatabaseError{Where: place(c.Database), Err: err}
	}
	certificate, err := c.loadTLS()
	if err != nil {
		return nil, err
	}
	secrets, err := secret.New(c.Secrets, os.LookupEnv, deferred.Eval, s.store.RunResult)
	if err != nil {
		return nil, err
	}
	sessions := intercept.New()
	s.workers = workerapi.New(s.store, s.listener, workerapi.Options{Secrets: secrets, Log: c.Log, Sessions: sessions, Keep: c.Retention.keepsContainers()})
	path, handler := s.workers.Mount()
	mounts := webhook.New(s.store, secrets, c.Log, time.Now).Mounts()
	mounts[path] = handler
	outbound, err := c.notifier(secrets)
	if err != nil {
		return nil, err
	}
	judge, err := Judge(judgesAtOnce)
	if err != nil {
		return nil, err
	}
	s.api, err = server.New(server.Options{
		Policies: judge, Explain: c.explainer(s.store),
		Intercept: server.Intercept{Sessions: sessions, Secrets: secrets, Advertise: c.Advertise},
		Store:     s.store, Listener: s.listener, Log: c.Log, Now: time.Now, Version: c.Version, ExternalURL: c.ExternalURL,
		TLS: certificate, Insecure: c.Insecure, Mounts: mounts, Sent: sent(outbound),
	})
	if err != nil {
		return nil, err
	}
	s.work = reconciler.New(s.store, s.reconcilerOptions(c, judge, outbound))
	if s.socket, err = new(net.ListenConfig).Listen(ctx, "tcp", c.Listen); err != nil {
		return nil, fmt.Errorf("listening on %s: %w; is another server there? Choose another address with --listen", c.Listen, errors.Unwrap(err))
	}
	s.Addr = s.socket.Addr().String()
	return s, nil
}

func (s *Server) reconcilerOptions(c ServerConfig, judge policy.Judge, outbound reconciler.Outbound) reconciler.Options {
	host, _ := os.Hostname()
	wake, cancel := s.listener.Subscribe(postgres.ChannelQueue)
	s.unsubscribe = cancel
	o := reconciler.Options{
		Holder: fmt.Sprintf("%s/%d/%s", host, os.Getpid(), uuid.NewString()[:8]),
		Now:    time.Now, Rand: rand.Float64, NewID: uuid.NewString,
		Wake: wake, Eval: deferred.Eval, Setter: setter{s.store, judge}, Log: c.Log, ExternalURL: c.ExternalURL, Checks: c.Checks, Placement: c.Placement, Outbound: outbound,
	}
	c.Retention.into(&o)
	return o
}

func (c ServerConfig) openStore(ctx context.Context) (*postgres.Store, error) {
	options := []postgres.Option{postgres.WithDirectURL(c.Direct)}
	if c.LogStore != "" {
		logs, err := openLogStore(ctx, c.LogStore)
		if err != nil {
			return nil, err
		}
		options = append(options, postgres.WithBlobs(logs))
	}
	if !c.Migrate {
		return openReady(ctx, c.Database, c.Log, options...)
	}
	store, err := OpenStore(ctx, c.Database, c.Log, options...)
	if err != nil {
		return nil, err
	}
	if _, err := store.Migrate(ctx); err != nil {
		store.Close()
		return nil, &DatabaseError{Where: place(c.Database), Err: err}
	}
	return store, nil
}

// openLogStore finds out at the start what would otherwise be found out when the
// first build has ended.
func openLogStore(ctx context.Context, where string) (*s3.Store, error) {
	store, err := s3.Open(where)
	if err != nil {
		return nil, fmt.Errorf("--log-store: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := store.Check(ctx); err != nil {
		return nil, fmt.Errorf("--log-store: %w; its keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ~/.aws/credentials or the machine's role", err)
	}
	return store, nil
}

func (c ServerConfig) loadTLS() (*tls.Config, error) {
	if c.TLSCert == "" && c.TLSKey == "" {
		return nil, nil
	}
	return server.LoadTLS(c.TLSCert, c.TLSKey)
}

// Run serves until ctx ends, and then stops in order: no new requests, streams
// end, keys that are held are given back.
func (s *Server) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.api.Serve(ctx, s.socket) })
	g.Go(func() error { return s.work.Run(ctx) })
	g.Go(func() error {
		<-ctx.Done()
		s.workers.Stop()
		return nil
	})
	return g.Wait()
}

// Store is the database, for the program that runs the server.
func (s *Server) Store() *postgres.Store { return s.store }

// Close lets go of port and database. Call it after Run.
func (s *Server) Close() {
	if s.socket != nil {
		s.socket.Close()
	}
	if s.unsubscribe != nil {
		s.unsubscribe()
	}
	if s.listener != nil {
		s.listener.Close()
	}
	if s.store != nil {
		s.store.Close()
	}
}

package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"

	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/compiler/policy"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// maxMessage bounds a request: ten thousand jobs are some 10 MiB.
const maxMessage = 64 << 20

// compressFrom is the least size of a message that is worth compressing: a line
// of a log is not.
const compressFrom = 4 << 10

// Options say what a server is made of.
type Options struct {
	Store       *postgres.Store
	Listener    Listener // nil: Watch polls
	Log         *slog.Logger
	Now         func() time.Time
	Version     string
	ExternalURL string // at which people reach it; for the log

	// TLS makes the server speak TLS and nothing else. Without it Serve refuses
	// every address but loopback, unless Insecure is set.
	TLS      *tls.Config
	Insecure bool

	// Policies judges by the policies of a team. Without it a team that has some
	// can apply nothing.
	Policies policy.Judge

	// Sent counts the notifications that this process sent; nil: it sends none.
	Sent func() []NotificationCount

	// Explain says why things wait. Without it ExplainService answers that it can't.
	Explain Explainer

	// Intercept lets people into containers. Without it nobody gets there.
	Intercept Intercept

	// Mounts are other handlers by path, such as WorkerService with that of its
	// service. They authenticate their callers themselves.
	Mounts map[string]http.Handler
}

// Server serves people, and what is mounted beside them, on one port.
type Server struct {
	opts     Options
	services Services
	metrics  *metrics
	handler  http.Handler
	stopping context.Context // ended when streams are to end
	stop     context.CancelCauseFunc
}

// New makes a server. Nothing is listened to, and nobody asked, before Serve or
// a request to Handler.
func New(o Options) (*Server, error) {
	if o.Store == nil || o.Log == nil || o.Now == nil {
		return nil, errors.New("server: Store, Log and Now must be set")
	}
	s := &Server{opts: o, services: NewServices(o.Store, o.Listener, o.Log, o.Version, o.Policies), metrics: newMetrics(o)}
	s.services.Builds.intercept = o.Intercept
	s.services.Explain = &Explain{s.services.Builds, o.Explain}
	s.stopping, s.stop = context.WithCancelCause(context.Background())
	handler, err := s.routes()
	if err != nil {
		return nil, err
	}
	s.handler = handler
	return s, nil
}

// Handler answers all requests: Connect, gRPC, gRPC-Web and JSON calls, health
// and metrics.
func (s *Server) Handler() http.Handler { return s.handler }

// Services are the handlers behind it.
func (s *Server) Services() Services { return s.services }

func (s *Server) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	for _, m := range s.mounts() {
		mux.Handle(m.path, m.handler)
		for _, waits := range waitingProcedures() {
			if strings.HasPrefix(waits, m.path) {
				mux.Handle(waits, s.endWithServer(lazyFlushes(m.handler)))
			}
		}
	}
	for path, h := range s.opts.Mounts {
		if path == "" || path == "/" {
			return nil, fmt.Errorf("server: a handler may not be mounted at %q", path)
		}
		mux.Handle(path, s.endWithServer(h))
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") })
	mux.Handle("GET /readyz", &readiness{store: s.opts.Store, now: s.opts.Now})
	mux.Handle("GET /metrics", &scrape{guard: s.guard(), next: s.metrics.handler()})
	return mux, nil
}

type mount struct {
	path    string
	handler http.Handler
}

func (s *Server) guard() *guard {
	return &guard{authenticate: s.authenticate, permissions: permissions()}
}

// mounts are the services for people, each behind measuring and the guard.
func (s *Server) mounts() []mount {
	g := s.guard()
	opts := []connect.HandlerOption{
		connect.WithInterceptors(&measure{s.metrics, s.opts.Now}, g),
		connect.WithReadMaxBytes(maxMessage),
		connect.WithCompressMinBytes(compressFrom),
		connect.WithRecover(s.recovered),
	}
	as := func(path string, h http.Handler) mount { return mount{path, h} }
	return []mount{
		as(weirv1connect.NewPipelineServiceHandler(s.services.Pipelines, opts...)),
		as(weirv1connect.NewBuildServiceHandler(s.services.Builds, opts...)),
		as(weirv1connect.NewResourceServiceHandler(s.services.Resources, opts...)),
		as(weirv1connect.NewAdminServiceHandler(s.services.Admin, opts...)),
		as(weirv1connect.NewExplainServiceHandler(s.services.Explain, opts...)),
		as(weirv1connect.NewNotificationServiceHandler(s.services.Notifications, opts...)),
	}
}

func (s *Server) authenticate(ctx context.Context, token string) (Identity, error) {
	id, err := s.opts.Store.Authenticate(ctx, token)
	if err != nil && !errors.Is(err, state.ErrNotFound) && ctx.Err() == nil {
		s.opts.Log.ErrorContext(ctx, "a token could not be looked up", "error", err)
	}
	return id, err
}

// recovered turns a panic of one request into an error of that request.
func (s *Server) recovered(ctx context.Context, spec connect.Spec, _ http.Header, panicked any) error {
	s.opts.Log.ErrorContext(ctx, "a handler panicked", "procedure", spec.Procedure, "panic", panicked)
	return connect.NewError(connect.CodeInternal, errInternal)
}

// endWithServer ends the contexts of requests when the server stops: what waits
// would hold it up.
func (s *Server) endWithServer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancelCause(r.Context())
		defer cancel(nil)
		defer context.AfterFunc(s.stopping, func() { cancel(context.Cause(s.stopping)) })()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// waitingProcedures take as long as something else takes: they end when the
// server stops. All other calls of people are let end by themselves; those of
// workers are idempotent, and tried again elsewhere.
func waitingProcedures() []string {
	return []string{weirv1connect.BuildServiceWatchProcedure, weirv1connect.BuildServiceInterceptProcedure, weirv1connect.ResourceServiceCheckProcedure}
}

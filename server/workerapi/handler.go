package workerapi

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/server/intercept"
	"github.com/weirci/weir/state/postgres"
)

// Notifications is where new orders are heard of: *postgres.Listener.
type Notifications interface {
	Subscribe(channel string) (payloads <-chan string, cancel func())
}

// Secrets puts the values of secrets into a task that is on its way, and returns
// them. Its error is for people: *secret.Resolver.
type Secrets interface {
	Fill(ctx context.Context, t *weirv1.Task) (values []string, err error)
}

// Options are the handler's times; zero means the default.
type Options struct {
	Secrets   Secrets       // nil: no task that names secrets can be sent
	Heartbeat time.Duration // how often workers report: 5 s
	Dead      time.Duration // a worker that was not heard of for so long may lose its name: 3 heartbeats
	KillGrace time.Duration // between TERM and KILL: 10 s
	Poll      time.Duration // orders are looked for at least so often: 5 s
	Log       *slog.Logger  // nil: none

	Sessions *intercept.Sessions // of people who want into containers; nil: nobody may
	Keep     bool                // containers that did not do their work, for them
}

// The largest messages that workers send: a result, or a piece of log, and what
// is around it.
const (
	maxMessage = 8 << 20
	maxRecords = 1 << 20
	maxResult  = 4 << 20
)

// compressFrom is the size of an answer that is worth it.
const compressFrom = 4 << 10

// Handler implements weirv1connect.WorkerServiceHandler.
type Handler struct {
	store *postgres.Store
	hints Notifications
	opts  Options
	done  chan struct{} // closed by Stop
	once  sync.Once
}

var _ weirv1connect.WorkerServiceHandler = (*Handler)(nil)

// New makes the handler. It starts nothing.
func New(store *postgres.Store, hints Notifications, opts Options) *Handler {
	if opts.Heartbeat == 0 {
		opts.Heartbeat = 5 * time.Second
	}
	if opts.Dead == 0 {
		opts.Dead = 3 * opts.Heartbeat
	}
	if opts.KillGrace == 0 {
		opts.KillGrace = 10 * time.Second
	}
	if opts.Poll == 0 {
		opts.Poll = 5 * time.Second
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Handler{store: store, hints: hints, opts: opts, done: make(chan struct{})}
}

// Mount gives the path to serve at, and the handler with its limits.
func (h *Handler) Mount(opts ...connect.HandlerOption) (path string, handler http.Handler) {
	path, handler = weirv1connect.NewWorkerServiceHandler(h, append(opts, connect.WithReadMaxBytes(maxMessage), connect.WithCompressMinBytes(compressFrom))...)
	return path, freeable(handler)
}

// Stop ends all Orders streams, which http.Server.Shutdown would wait for. The
// workers connect again, elsewhere or later.
func (h *Handler) Stop() { h.once.Do(func() { close(h.done) }) }

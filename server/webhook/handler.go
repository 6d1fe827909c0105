package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

const (
	maxBody = 4 << 20         // of a request
	atOnce  = 16              // bodies that are read
	slowest = 5 * time.Second // that a body may take
)

// Store knows the webhooks.
type Store interface {
	// Webhook finds a resource by name or address; state.ErrNotFound: there is none.
	Webhook(ctx context.Context, team, pipeline, resource string) (state.Webhook, error)
	// HookCheck has the resource checked soon.
	HookCheck(ctx context.Context, team, resourceID string) error
}

// Secrets reads what a value names.
type Secrets interface {
	Text(ctx context.Context, s state.Secrets, v graph.Value) (string, error)
}

// Handler answers webhooks. It is safe for concurrent use.
type Handler struct {
	store   Store
	secrets Secrets
	log     *slog.Logger
	now     func() time.Time
	all     *limit // of this server
	each    *limit // of one webhook
	bodies  chan struct{}
}

// New makes a handler. In a second it answers a hundred requests, ten of them for
// one webhook; more at once where it was quiet.
func New(store Store, secrets Secrets, log *slog.Logger, now func() time.Time) *Handler {
	return &Handler{store, secrets, log, now, newLimit(100, 400, 1), newLimit(10, 100, 4096), make(chan struct{}, atOnce)}
}

// Mounts are the paths that it answers, the second of them for what was set up for
// Concourse.
func (h *Handler) Mounts() map[string]http.Handler {
	const resource = "POST /api/v1/teams/{team}/pipelines/{pipeline}/resources/{resource}"
	return map[string]http.Handler{resource + "/webhook": h, resource + "/check/webhook": h}
}

// answer is what the sender is told.
type answer struct {
	code   int
	after  time.Duration // to try again
	Check  string        `json:"check"` // asked, skipped, refused
	Reason string        `json:"reason,omitempty"`
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := h.answer(w, r)
	w.Header().Set("Content-Type", "application/json")
	if a.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(a.after.Seconds()))))
	}
	w.WriteHeader(a.code)
	_ = json.NewEncoder(w).Encode(a)
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request) answer {
	if !claims(r) {
		return denied()
	}
	name := r.PathValue("team") + "/" + r.PathValue("pipeline") + "/" + r.PathValue("resource")
	if wait := max(h.each.take(name, h.now()), h.all.take("", h.now())); wait > 0 {
		return answer{code: http.StatusTooManyRequests, after: wait, Check: "refused", Reason: "there are too many requests"}
	}
	body, failed := h.body(w, r)
	if failed != nil {
		return *failed
	}
	hook, err := h.store.Webhook(r.Context(), r.PathValue("team"), r.PathValue("pipeline"), r.PathValue("resource"))
	if err != nil {
		return h.failed(r.Context(), name, err)
	}
	token, err := h.token(r.Context(), hook)
	if err != nil {
		h.log.WarnContext(r.Context(), "the token of a webhook can not be read", "webhook", name, "error", err)
		return denied()
	}
	if !authentic(r, body, token) {
		return denied()
	}
	return h.check(r, name, hook, body)
}

// check asks for a check, unless the request is not meant.
func (h *Handler) check(r *http.Request, name string, hook state.Webhook, body []byte) answer {
	if hook.Paused {
		return answer{code: http.StatusOK, Check: "skipped", Reason: "the pipeline or resource is paused"}
	}
	if why := unwanted(hook.Filters, r, body); why != "" {
		return answer{code: http.StatusOK, Check: "skipped", Reason: why}
	}
	ctx := state.WithOrigin(r.Context(), state.Origin{Address: state.AddressOf(r.RemoteAddr, r.Header.Values("X-Forwarded-For"))})
	if err := h.store.HookCheck(ctx, r.PathValue("team"), hook.ResourceID); err != nil {
		return h.failed(r.Context(), name, err)
	}
	h.log.DebugContext(r.Context(), "a webhook asked for a check", "webhook", name)
	return answer{code: http.StatusAccepted, Check: "asked"}
}

// token is "" where the resource has no webhook.
func (h *Handler) token(ctx context.Context, hook state.Webhook) (string, error) {
	switch t := hook.Token.(type) {
	case nil:
		return "", nil
	case graph.String:
		return string(t), nil
	}
	return h.secrets.Text(ctx, hook.Secrets, hook.Token)
}

// body reads all of a request, of which there may be few and small ones at a time.
func (h *Handler) body(w http.ResponseWriter, r *http.Request) ([]byte, *answer) {
	select {
	case h.bodies <- struct{}{}:
		defer func() { <-h.bodies }()
	default:
		return nil, &answer{code: http.StatusTooManyRequests, after: time.Second, Check: "refused", Reason: "there are too many requests at once"}
	}
	_ = http.NewResponseController(w).SetReadDeadline(h.now().Add(slowest)) // where it can be set
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &answer{code: http.StatusRequestEntityTooLarge, Check: "refused", Reason: fmt.Sprintf("it has more than %d MiB", maxBody>>20)}
	case err != nil:
		return nil, &answer{code: http.StatusBadRequest, Check: "refused", Reason: "it could not be read to its end"}
	}
	return body, nil
}

func (h *Handler) failed(ctx context.Context, name string, err error) answer {
	if errors.Is(err, state.ErrNotFound) {
		return denied()
	}
	h.log.ErrorContext(ctx, "a webhook could not be answered", "webhook", name, "error", err)
	return answer{code: http.StatusServiceUnavailable, after: 10 * time.Second, Check: "refused", Reason: "try again shortly"}
}

// denied is one answer for all that is not there, or not shown.
func denied() answer {
	return answer{code: http.StatusUnauthorized, Check: "refused", Reason: "there is no such webhook, or the request shows neither its token nor a signature made with it"}
}

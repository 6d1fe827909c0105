package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/weirci/weir/state/postgres"
)

// readiness answers whether the server can work: each check with what is wrong,
// and 503 where one fails. Anybody may ask, so it says no more than it must.
type readiness struct {
	store *postgres.Store
	now   func() time.Time
}

// readyTimeout bounds each check.
const readyTimeout = 3 * time.Second

type readyAnswer struct {
	Ready  bool                  `json:"ready"`
	Checks map[string]readyCheck `json:"checks"`
}

type readyCheck struct {
	OK           bool    `json:"ok"`
	Error        string  `json:"error,omitempty"`
	Milliseconds float64 `json:"milliseconds"`
}

func (r *readiness) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	answer := r.ask(req.Context())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !answer.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (r *readiness) ask(ctx context.Context) readyAnswer {
	out := readyAnswer{Ready: true, Checks: map[string]readyCheck{
		"database": r.check(ctx, r.store.Ping, "the database does not answer"),
		"schema":   r.check(ctx, r.store.CheckSchema, "the schema is not the one that this server needs: run weir migrate"),
	}}
	for _, c := range out.Checks {
		out.Ready = out.Ready && c.OK
	}
	return out
}

func (r *readiness) check(ctx context.Context, ask func(context.Context) error, sentence string) readyCheck {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	start := r.now()
	err := ask(ctx)
	c := readyCheck{OK: err == nil, Milliseconds: float64(r.now().Sub(start).Microseconds()) / 1000}
	if err != nil {
		c.Error = sentence
	}
	return c
}

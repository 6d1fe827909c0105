package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/server/secret"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/worker/redact"
)

// Secrets reads what values name: a map with nothing deferred left in it, and all
// that is secret in it.
type Secrets interface {
	Values(ctx context.Context, s state.Secrets, m graph.Map, roots map[string]graph.Value) (graph.Map, []string, error)
}

// Options say how notifications are sent. Secrets and Now must be given.
type Options struct {
	Secrets     Secrets
	Now         func() time.Time
	ExternalURL string // that people reach the server at
	Version     string
	Guard       Guard
	SMTP        *SMTP         // nil: no e-mail is sent
	Patience    time.Duration // for one attempt; 10 s
	Log         *slog.Logger
}

// Sender sends one message. An error of type *refusal says more; any other is
// tried again.
type sender interface {
	send(ctx context.Context, m message) error
}

// Notifier sends notifications. It is safe for concurrent use.
type Notifier struct {
	Options
	senders map[string]sender
	counts  counts
}

// New makes a notifier.
func New(o Options) *Notifier {
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	post := newPoster(o)
	return &Notifier{Options: o, senders: map[string]sender{
		"webhook": webhook{post, o.Now}, "slack": slack{post}, "email": email{o.SMTP, o.Now},
		"github": forge{post, github{}}, "gitlab": forge{post, gitlab{}}, "gitea": forge{post, gitea{}},
	}}
}

// Deliver makes one attempt.
func (n *Notifier) Deliver(ctx context.Context, d state.Delivery) state.Delivered {
	ctx, cancel := context.WithTimeout(ctx, n.Patience)
	defer cancel()
	m := message{d: d, url: n.buildURL(d)}
	var hidden []string
	var err error
	if m.config, hidden, err = n.Secrets.Values(ctx, d.Secrets, d.Config, m.roots()); err == nil {
		err = n.deliver(ctx, m)
	} else if errors.Is(err, secret.ErrExpression) {
		err = hopeless("%w", err)
	}
	got := outcome(err)
	got.Reason = redact.New(hidden).String(brief(got.Reason, mostReason))
	n.Log.DebugContext(ctx, "notification", "id", d.ID, "address", d.Address, "ok", got.OK, "reason", got.Reason)
	return got
}

func (n *Notifier) deliver(ctx context.Context, m message) error {
	s, ok := n.senders[m.d.Kind]
	if !ok {
		return hopeless("notifications of kind %q are not sent by this version of Weir", m.d.Kind)
	}
	return s.send(ctx, m)
}

func (n *Notifier) buildURL(d state.Delivery) string {
	if d.Test || n.ExternalURL == "" { // there is no link that others could follow
		return n.ExternalURL
	}
	return protocol.BuildURL(n.ExternalURL, d.Team, d.Pipeline, d.Build.Job.Name(), d.Build.Number)
}

// refusal is an error that says what becomes of the notification.
type refusal struct {
	error
	skip, hopeless bool
	after          time.Duration
}

func (r *refusal) Unwrap() error { return r.error }

// hopeless is an error that another attempt would meet again.
func hopeless(format string, args ...any) error {
	return &refusal{error: fmt.Errorf(format, args...), hopeless: true}
}

// nothing is where there is nothing to tell.
func nothing(format string, args ...any) error {
	return &refusal{error: fmt.Errorf(format, args...), skip: true}
}

func outcome(err error) state.Delivered {
	if err == nil {
		return state.Delivered{OK: true}
	}
	got := state.Delivered{Reason: err.Error()}
	if r := (*refusal)(nil); errors.As(err, &r) {
		got.Skip, got.Hopeless, got.RetryAfter = r.skip, r.hopeless, r.after
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		got.Reason = "there was no answer in time"
	}
	return got
}

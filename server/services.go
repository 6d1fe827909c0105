package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"connectrpc.com/connect"

	"github.com/weirci/weir/compiler/policy"
	"github.com/weirci/weir/state/postgres"
)

// Listener hears of changes: *postgres.Listener does.
type Listener interface {
	Subscribe(channel string) (payloads <-chan string, cancel func())
}

// Services are the handlers. Their unary methods may be called directly, with a
// context from WithIdentity.
type Services struct {
	Pipelines *Pipelines
	Builds    *Builds
	Resources *Resources
	Admin     *Admin
	Explain   *Explain // of a Server alone

	Notifications *Notifications
}

// core is what every handler has.
type core struct {
	store    *postgres.Store
	log      *slog.Logger
	policies policy.Judge
}

// NewServices makes the handlers. Without a listener (nil) Watch polls; without
// a judge (nil) a team that has policies can apply nothing.
func NewServices(store *postgres.Store, listener Listener, log *slog.Logger, version string, policies policy.Judge) Services {
	c := core{store: store, log: log, policies: policies}
	return Services{
		Pipelines: &Pipelines{c},
		Builds:    &Builds{core: c, listener: listener, poll: 2 * time.Second, patience: 30 * time.Second},
		Resources: &Resources{core: c, patience: time.Minute},
		Admin:     &Admin{core: c, version: version, looking: make(chan struct{}, 1)},

		Notifications: &Notifications{c},
	}
}

// unary is what all unary methods have in common: who calls, and one form for
// errors.
func unary[Req, Res any](ctx context.Context, c core, req *connect.Request[Req], do func(context.Context, Identity, *Req) (*Res, error)) (*connect.Response[Res], error) {
	id, ok := IdentityOf(ctx)
	if !ok {
		return nil, connect.NewError(connect.CodeUnauthenticated, errNoToken)
	}
	res, err := do(ctx, id, req.Msg)
	if err != nil {
		return nil, c.fail(ctx, id, err)
	}
	return connect.NewResponse(res), nil
}

// fail gives an error its form. The cause of a fault of the server's own goes to
// the log, or to who called if that is in this process and has no other.
func (c core) fail(ctx context.Context, id Identity, err error) error {
	out := asConnect(err)
	code := connect.CodeOf(out)
	own := (code == connect.CodeInternal || code == connect.CodeUnavailable) && !errors.Is(err, errStopping)
	switch {
	case own && remote(ctx):
		c.log.ErrorContext(ctx, "a request failed", "team", id.Team, "error", err)
	case own:
		return connect.NewError(code, err)
	}
	return out
}

// limited bounds how many rows a list has: 0 and less ask for the usual.
func limited(asked int32, usual, most int) int {
	if asked <= 0 {
		return usual
	}
	return min(int(asked), most)
}

package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"connectrpc.com/connect"

	"github.com/weirci/weir/state"
)

const tokenPrefix = "weir_"

var (
	errNoToken  = errors.New("this server wants a token: set WEIR_TOKEN, or keep one with weir target set")
	errBadToken = errors.New("the token is not valid here: it was revoked, or belongs to another server; ask an owner of your team for a new one")
)

// authenticate finds who a token belongs to: state.ErrNotFound where nobody has it.
type authenticate func(ctx context.Context, token string) (Identity, error)

// guard lets through who shows a token whose role suffices for the procedure,
// and puts the Identity into the context.
type guard struct {
	authenticate authenticate
	permissions  map[string]permission
}

func (g *guard) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		ctx, err := g.admit(ctx, req.Spec().Procedure, req.Peer().Addr, req.Header())
		if err != nil {
			return nil, err
		}
		return next(ctx, req)
	}
}

func (g *guard) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		ctx, err := g.admit(ctx, conn.Spec().Procedure, conn.Peer().Addr, conn.RequestHeader())
		if err != nil {
			return err
		}
		return next(ctx, conn)
	}
}

func (g *guard) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

func (g *guard) admit(ctx context.Context, procedure, peer string, header http.Header) (context.Context, error) {
	id, err := g.identify(ctx, header)
	if err != nil {
		return nil, err
	}
	if err := g.permit(id, procedure); err != nil {
		return nil, err
	}
	ctx = state.WithOrigin(ctx, state.Origin{Actor: id.Name, Address: state.AddressOf(peer, header.Values("X-Forwarded-For"))})
	return context.WithValue(WithIdentity(ctx, id), remoteKey{}, true), nil
}

// identify says whose token is shown.
func (g *guard) identify(ctx context.Context, header http.Header) (Identity, error) {
	token, ok := strings.CutPrefix(header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return Identity{}, connect.NewError(connect.CodeUnauthenticated, errNoToken)
	}
	if !strings.HasPrefix(token, tokenPrefix) {
		return Identity{}, connect.NewError(connect.CodeUnauthenticated, errBadToken)
	}
	id, err := g.authenticate(ctx, token)
	if errors.Is(err, state.ErrNotFound) {
		return Identity{}, connect.NewError(connect.CodeUnauthenticated, errBadToken)
	}
	if err != nil {
		return Identity{}, asConnect(fmt.Errorf("looking up a token: %w", err))
	}
	return id, nil
}

// remoteKey marks a context whose caller is elsewhere.
type remoteKey struct{}

// remote says that who called reads no log of ours.
func remote(ctx context.Context) bool { return ctx.Value(remoteKey{}) != nil }

// permit is the decision: may they call it? Deny by default.
func (g *guard) permit(id Identity, procedure string) error {
	p, ok := g.permissions[procedure]
	switch {
	case !ok:
		return denied("%s is open to nobody on this server", procedure)
	case !includes(id.Role, p.least):
		return denied("the role %s of team %s may not do this: ask an owner of the team for a token with role %s", id.Role, id.Team, p.least)
	case p.team != "" && p.team != id.Team:
		return denied("only team %s may do this: use a token of that team with role %s", p.team, p.least)
	}
	return nil
}

func denied(format string, args ...any) error {
	return connect.NewError(connect.CodePermissionDenied, fmt.Errorf(format, args...))
}

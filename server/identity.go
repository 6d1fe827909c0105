package server

import (
	"context"

	"github.com/weirci/weir/state"
)

// Identity is who calls: what a token says.
type Identity = state.Identity

// includes says that a role may do what the other may. Each role may do what
// the one before it may; a role that is none may do nothing.
func includes(role, least state.Role) bool {
	return rank(role) >= rank(least) && rank(least) > 0
}

func rank(r state.Role) int {
	switch r {
	case state.RoleViewer:
		return 1
	case state.RoleMember:
		return 2
	case state.RoleOwner:
		return 3
	}
	return 0
}

type identityKey struct{}

// WithIdentity says in whose name handlers act that are called with the context.
// The server does it for each request; who calls a handler in its own process
// has to do it, and to have asked itself whether that identity may.
func WithIdentity(ctx context.Context, id Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

// IdentityOf is who calls; false where nobody was authenticated.
func IdentityOf(ctx context.Context) (Identity, bool) {
	id, ok := ctx.Value(identityKey{}).(Identity)
	return id, ok
}

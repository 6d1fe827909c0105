package server

import "context"

// Role is what somebody may do in a team. Each role may do what the one before
// it may.
type Role string

// The roles of a team.
const (
	RoleViewer Role = "viewer"
	RoleMember Role = "member"
	RoleOwner  Role = "owner"
)

// Identity is who calls: what a token says.
type Identity struct {
	Team  string // name
	Actor string // name of the token, as the audit has it
	Role  Role
}

// includes says that a role may do what the other may.
func (r Role) includes(least Role) bool { return rank(r) >= rank(least) && rank(least) > 0 }

func rank(r Role) int {
	switch r {
	case RoleViewer:
		return 1
	case RoleMember:
		return 2
	case RoleOwner:
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

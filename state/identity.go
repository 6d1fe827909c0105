package state

import "time"

// Role is what a token may do in its team; the tokens table allows no other.
type Role string

// The roles, from the least to the most.
const (
	RoleViewer Role = "viewer"
	RoleMember Role = "member"
	RoleOwner  Role = "owner"
)

// Identity is whom a token stands for.
type Identity struct {
	TeamID string
	Team   string
	Name   string // of the token: who did it, in the audit
	Role   Role
}

// Event is one entry of the audit: who did what to what.
type Event struct {
	At      time.Time // set by the store
	Actor   string
	Action  string // pipeline.apply, build.abort
	Subject string
	Details map[string]any
	Address string // where it was asked from; set by the store from the context's Origin
}

package state

import (
	"context"
	"net"
	"strings"
)

// Origin is where what is done in a context was asked from, for the audit.
type Origin struct {
	Actor   string // who, where no token says it: an operator, on the database
	Address string // a network address; for an operator the host
}

type originKey struct{}

// WithOrigin says it of all that is done with the context.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf is what was said; nothing where nobody did.
func OriginOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// mostForwarded bounds what is kept of what a proxy says.
const mostForwarded = 200

// AddressOf is who is at the other end of a connection. Where that is a proxy, what it
// says of whom it speaks for stands behind it: anybody can say that.
func AddressOf(peer string, forwarded []string) string {
	if host, _, err := net.SplitHostPort(peer); err == nil {
		peer = host
	}
	said := strings.Join(forwarded, ", ")
	if said == "" {
		return peer
	}
	return peer + " for " + strings.ToValidUTF8(said[:min(len(said), mostForwarded)], "")
}

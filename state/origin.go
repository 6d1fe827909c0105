package state

import "context"

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

package secret

import (
	"context"
	"errors"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/worker/redact"
)

// Text is a value that names secrets, as text, for what the server itself compares
// with: it never leaves it.
func (r *Resolver) Text(ctx context.Context, s state.Secrets, v graph.Value) (string, error) {
	later := protocol.Later{Secrets: s, Request: graph.Map{"value": v}}
	root, values, err := r.read(ctx, later)
	if err != nil {
		return "", err
	}
	got, err := (protocol.Resolver{Eval: r.eval, Roots: map[string]graph.Value{"secret": root}}).Value(v)
	if err != nil {
		return "", errors.New(redact.New(values).String(err.Error()))
	}
	text, ok := got.(graph.String)
	if !ok {
		return "", errors.New("it is no text")
	}
	return string(text), usable(string(text))
}

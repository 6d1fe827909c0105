package secret

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/worker/redact"
)

// ErrExpression says that what was written has no value, whatever the secrets are.
var ErrExpression = errors.New("this has no value")

// Values is a map with nothing deferred left in it, for what the server itself
// sends, and all that is secret in it. The error holds no secret; it is
// ErrExpression where it is not a secret that is missing.
func (r *Resolver) Values(ctx context.Context, s state.Secrets, m graph.Map, roots map[string]graph.Value) (graph.Map, []string, error) {
	root, values, err := r.read(ctx, protocol.Later{Secrets: s, Request: m})
	if err != nil {
		return nil, nil, err
	}
	all := maps.Clone(roots)
	all["secret"] = root
	eval := func(d graph.Deferred, roots map[string]graph.Value) (graph.Value, error) {
		v, err := r.eval(d, roots)
		if err == nil && len(graph.SecretRefs(d)) > 0 {
			values = append(values, texts(v, leastMade)...)
		}
		return v, err
	}
	out, err := protocol.Resolver{Eval: eval, Roots: all}.Map(m)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %s", ErrExpression, redact.New(values).String(err.Error()))
	}
	return out, values, nil
}

package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// Webhook finds what a live resource wants of requests from outside, by its name or
// address; nothing where it has no webhook. state.ErrNotFound: there is no such one,
// or several.
func (s *Store) Webhook(ctx context.Context, team, pipeline, resource string) (state.Webhook, error) {
	found, err := s.FindObject(ctx, team, pipeline, graph.KindResource, resource)
	var several *AmbiguousError
	if errors.As(err, &several) {
		err = state.ErrNotFound
	}
	if err != nil {
		return state.Webhook{}, fmt.Errorf("find a webhook: %w", err)
	}
	rows, err := s.q.WebhookNodes(ctx, team, pipeline, found.ID)
	if err != nil {
		return state.Webhook{}, fmt.Errorf("find a webhook: %w", err)
	}
	var out state.Webhook
	owner := newSecretOwner(team)
	for _, r := range rows {
		spec, err := graph.DecodeSpec(graph.Kind(r.Kind), r.Spec)
		if err != nil {
			return out, fmt.Errorf("find a webhook: %s: %w", r.Address, err)
		}
		owner.see(graph.Address(r.Address), spec)
		if res, ok := spec.(graph.Resource); ok {
			out.Webhook, out.ResourceID, out.Paused = res.Webhook, r.ID, r.Paused
		}
	}
	if out.ResourceID == "" {
		return out, fmt.Errorf("find a webhook: %w", state.ErrNotFound)
	}
	out.Secrets = state.SecretsOf(team, owner.sources, out.Token)
	return out, nil
}

// byWebhook is who asks for a check where a request from outside does.
const byWebhook = "webhook"

// HookCheck has a resource checked soon, from the newest version that is known. It is
// audited: somebody outside asked for it.
func (s *Store) HookCheck(ctx context.Context, team, resourceID string) error {
	_, err := s.RequestCheckBy(ctx, team, resourceID, byWebhook, nil)
	return err
}

package postgres

import (
	"context"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// subscribe writes whom the pipeline wants told, all of it: it is read with each
// build's move, and what reads it knows no definitions.
func (w writer) subscribe(ctx context.Context) error {
	team, err := w.q.PipelineTeam(ctx, w.pipelineID)
	if err != nil {
		return err
	}
	s := subscriptions{owner: ownerIn(w.graph, team), rows: db.PutSubscriptionsParams{PipelineID: w.pipelineID, Addresses: []string{}}}
	for _, n := range nodesOf(w.graph) {
		switch spec := n.Spec.(type) {
		case graph.Pipeline:
			err = s.add("", spec.Notify)
		case graph.Job:
			err = s.add(n.Address, spec.Notify)
		}
		if err != nil {
			return err
		}
	}
	if err := w.q.DropSubscriptions(ctx, w.pipelineID, s.rows.Addresses); err != nil || len(s.rows.Addresses) == 0 {
		return err
	}
	return w.q.PutSubscriptions(ctx, s.rows)
}

// subscriptions are rows, as arrays.
type subscriptions struct {
	owner secretOwner
	rows  db.PutSubscriptionsParams
}

func (s *subscriptions) add(job graph.Address, all []graph.Notification) error {
	for _, n := range all {
		config, err := graph.EncodeMap(n.Config)
		if err != nil {
			return err
		}
		secrets, err := encodeSecrets(state.SecretsOf(s.owner.team, s.owner.sources, n.Config))
		if err != nil {
			return err
		}
		r := &s.rows
		r.Addresses, r.Jobs, r.Kinds = append(r.Addresses, graph.NotifyAddress(job, n.Name)), append(r.Jobs, string(job)), append(r.Kinds, n.Type)
		r.Events, r.Configs, r.Secrets = append(r.Events, strings.Join(n.Events(), " ")), append(r.Configs, config), append(r.Secrets, secrets)
	}
	return nil
}

package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Drift compares what is stored of a team's pipeline (of all, for "") with what
// was applied, by computing every digest anew from the stored bytes. It finds
// what only a change past Weir can make; none is the normal answer.
func (s *Store) Drift(ctx context.Context, teamID, pipeline string) ([]state.Drift, error) {
	pipelines, err := s.ListPipelines(ctx, teamID)
	if err != nil {
		return nil, fmt.Errorf("drift: %w", err)
	}
	var out []state.Drift
	found := pipeline == ""
	for _, p := range pipelines {
		if pipeline != "" && p.Name != pipeline {
			continue
		}
		found = true
		drifts, err := s.driftOf(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("drift of pipeline %s: %w", p.Name, err)
		}
		out = append(out, drifts...)
	}
	if !found {
		return nil, fmt.Errorf("drift of pipeline %s: %w", pipeline, state.ErrNotFound)
	}
	return out, nil
}

// driftOf reads one snapshot, so that an apply meanwhile is no drift.
func (s *Store) driftOf(ctx context.Context, p Pipeline) (out []state.Drift, err error) {
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) error {
		q := s.q.WithTx(tx)
		revision, err := currentRevision(ctx, q, p.ID)
		if err != nil {
			return err
		}
		old, err := loadRevision(ctx, q, p.ID, revision)
		if err != nil {
			return err
		}
		rows, err := q.DriftObjects(ctx, p.ID)
		if err != nil {
			return err
		}
		d := drifts{pipeline: p.Name}
		if d.owner, err = ownerOf(ctx, q, p.ID, rows); err != nil {
			return err
		}
		exec := d.graph(old)
		for _, r := range rows {
			d.object(r, exec)
		}
		out = d.found
		return nil
	})
	return out, err
}

func currentRevision(ctx context.Context, q *db.Queries, pipelineID string) (int64, error) {
	revision, err := q.PipelineRevision(ctx, pipelineID)
	return revision, notFound(err)
}

// drifts collects what is found of one pipeline.
type drifts struct {
	pipeline string
	owner    secretOwner
	found    []state.Drift
}

func (d *drifts) add(address string, reason state.DriftReason, format string, args ...any) {
	d.found = append(d.found, state.Drift{Pipeline: d.pipeline, Address: address, Reason: reason, Message: fmt.Sprintf(format, args...)})
}

// graph returns the exec digests that the nodes really have; none where the graph
// is not the one that was applied, because one changed node changes those of all
// that name it.
func (d *drifts) graph(old stored) map[string]string {
	g, err := old.build()
	switch {
	case err != nil:
		d.add("", state.DriftGraphBroken, "%v", err)
		return nil
	case g != nil && string(g.Digest()) != old.digest:
		d.add("", state.DriftGraphChanged, "revision %d was applied as %s and is now %s", old.revision, graph.Digest(old.digest).Short(), g.Digest().Short())
		return nil
	}
	exec := map[string]string{}
	for _, n := range nodesOf(g) {
		exec[string(n.Address)] = string(n.ExecDigest)
	}
	return exec
}

// object applies the first rule that matches.
func (d *drifts) object(r db.DriftObjectsRow, exec map[string]string) {
	switch {
	case r.ObjectSpec == nil:
		d.add(r.Address, state.DriftVersionOrphan, "it was deleted, but a definition of it is current")
	case r.Spec == nil:
		d.add(r.Address, state.DriftVersionMissing, "it has no current definition")
	case !specHolds(r):
		d.add(r.Address, state.DriftSpecChanged, "its stored definition is not the one that was applied as %s", graph.Digest(r.SpecDigest).Short())
	case *r.ObjectSpec != r.SpecDigest || deref(r.ObjectExec) != r.ExecDigest:
		d.add(r.Address, state.DriftObjectChanged, "its row says %s, its definition %s", graph.Digest(*r.ObjectSpec).Short(), graph.Digest(r.SpecDigest).Short())
	case exec[r.Address] != "" && exec[r.Address] != r.ExecDigest:
		d.add(r.Address, state.DriftObjectChanged, "its exec digest is %s and not the recorded %s", graph.Digest(exec[r.Address]).Short(), graph.Digest(r.ExecDigest).Short())
	case graph.Kind(r.Kind) != graph.KindResource:
	case r.ScopeKey == nil:
		d.add(r.Address, state.DriftNoScope, "it has no scope, so nobody checks it")
	case *r.ScopeKey != d.scopeKey(r):
		d.add(r.Address, state.DriftWrongScope, "it takes its versions from scope %s instead of %s", graph.Digest(*r.ScopeKey).Short(), graph.Digest(d.scopeKey(r)).Short())
	}
}

// scopeKey is the one that the resource's scope is to have. Its spec holds.
func (d *drifts) scopeKey(r db.DriftObjectsRow) string {
	spec, _ := graph.DecodeSpec(graph.KindResource, r.Spec)
	resource, _ := spec.(graph.Resource)
	return d.owner.scopeKey(resource, r.ExecDigest)
}

func ownerOf(ctx context.Context, q *db.Queries, pipelineID string, rows []db.DriftObjectsRow) (secretOwner, error) {
	team, err := q.PipelineTeam(ctx, pipelineID)
	o := newSecretOwner(team)
	for _, r := range rows {
		if spec, err := graph.DecodeSpec(graph.Kind(r.Kind), r.Spec); err == nil {
			o.see(graph.Address(r.Address), spec)
		}
	}
	return o, notFound(err)
}

// specHolds says that the bytes have the digest that is stored beside them.
func specHolds(r db.DriftObjectsRow) bool {
	spec, err := graph.DecodeSpec(graph.Kind(r.Kind), r.Spec)
	if err != nil {
		return false
	}
	digest, err := graph.SpecDigest(spec)
	return err == nil && string(digest) == r.SpecDigest
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

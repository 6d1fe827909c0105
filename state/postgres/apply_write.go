package postgres

import (
	"context"
	"slices"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// writer writes one revision, in a transaction that holds the pipeline's lock.
type writer struct {
	q          *db.Queries
	pipelineID string
	revision   int64
	graph      *graph.Graph
	changes    changes
}

func (w writer) write(ctx context.Context, in ApplyInput) error {
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return w.insertRevision(ctx, in) },
		w.moveObjects, w.putObjects, w.startClocks, func(ctx context.Context) error { return w.deleteObjects(ctx, in) }, w.moveMetas, w.subscribe,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	scopes, err := w.wantScopes(ctx)
	if err != nil {
		return err
	}
	jobs, err := w.jobKeys(ctx)
	if err != nil {
		return err
	}
	if err := appendEvent(ctx, w.q, in.TeamID, w.event(in)); err != nil {
		return err
	}
	return enqueue(ctx, w.q, append(scopes, jobs...)...)
}

func (w writer) insertRevision(ctx context.Context, in ApplyInput) error {
	return w.q.InsertRevision(ctx, db.InsertRevisionParams{
		PipelineID: w.pipelineID, Number: w.revision, Digest: string(w.graph.Digest()),
		Header: graph.EncodeHeader(w.graph.Header()), PlanDigest: string(in.PlanDigest), Actor: in.Actor,
	})
}

// putObjects ends what the nodes said before, and begins what they say now.
func (w writer) putObjects(ctx context.Context) error {
	c := columnsOf(w.changes.put)
	if len(c.addresses) == 0 {
		return nil
	}
	if err := w.q.PutObjects(ctx, db.PutObjectsParams{
		PipelineID: w.pipelineID, Revision: w.revision,
		Addresses: c.addresses, Kinds: c.kinds, SpecDigests: c.specDigests, ExecDigests: c.execDigests,
	}); err != nil {
		return err
	}
	if len(c.addresses) > w.changes.created {
		if err := w.q.EndVersions(ctx, w.revision, w.pipelineID, c.addresses); err != nil {
			return err
		}
	}
	return w.q.InsertVersions(ctx, db.InsertVersionsParams{
		PipelineID: w.pipelineID, Revision: w.revision,
		Addresses: c.addresses, Specs: c.specs, SpecDigests: c.specDigests, ExecDigests: c.execDigests, Metas: c.metas,
	})
}

// deleteObjects keeps the rows, which builds hang from, without a definition.
func (w writer) deleteObjects(ctx context.Context, in ApplyInput) error {
	addresses := addressesOf(w.changes.deleted)
	if len(addresses) == 0 {
		return nil
	}
	if err := w.q.EndVersions(ctx, w.revision, w.pipelineID, addresses); err != nil {
		return err
	}
	ids, err := w.q.DeleteObjects(ctx, w.revision, w.pipelineID, addresses)
	if err != nil {
		return err
	}
	if err := archiveChildrenOfJobs(ctx, w.q, in.Actor, ids); err != nil {
		return err
	}
	var subjects []string
	for _, id := range ids {
		subjects = append(subjects, string(state.JobKey(id)))
	}
	return w.q.ForgetObjectConditions(ctx, subjects)
}

func (w writer) moveMetas(ctx context.Context) error {
	c := columnsOf(w.changes.moved)
	if len(c.addresses) == 0 {
		return nil
	}
	return w.q.MoveMetas(ctx, c.addresses, c.metas, w.pipelineID)
}

// jobKeys are the jobs to look at: those that changed, and those that name
// something that did (a pinned version is no part of a job's digests).
func (w writer) jobKeys(ctx context.Context) ([]state.Key, error) {
	changed := map[graph.Address]bool{}
	for _, n := range w.changes.put {
		changed[n.Address] = true
	}
	var jobs []string
	for _, n := range w.graph.Nodes() {
		if n.Spec.Kind() != graph.KindJob {
			continue
		}
		names := func(r graph.Reference) bool { return changed[r.To] }
		if changed[n.Address] || slices.ContainsFunc(graph.References(n.Spec), names) {
			jobs = append(jobs, string(n.Address))
		}
	}
	ids, err := w.q.ObjectIDs(ctx, w.pipelineID, jobs)
	keys := make([]state.Key, len(ids))
	for i, id := range ids {
		keys[i] = state.JobKey(id)
	}
	return keys, err
}

func (w writer) event(in ApplyInput) state.Event {
	e := state.Event{Actor: in.Actor, Action: "pipeline.apply", Subject: in.Pipeline, Details: map[string]any{
		"before": w.revision - 1, "after": w.revision, "plan": in.PlanDigest, "graph": w.graph.Digest(),
		"created": w.changes.created, "changed": len(w.changes.put) - w.changes.created, "deleted": len(w.changes.deleted), "moved": len(w.changes.moves),
	}}
	if in.Build != "" {
		e.Details["build"] = in.Build
	}
	return e
}

package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Pipeline is one of a team's pipelines, as it was applied last.
type Pipeline struct {
	ID        string
	Name      string
	Revision  int64
	Paused    bool
	Digest    graph.Digest
	Actor     string
	AppliedAt time.Time
}

// ListPipelines lists a team's pipelines by name.
func (s *Store) ListPipelines(ctx context.Context, teamID string) ([]Pipeline, error) {
	rows, err := s.q.ListPipelines(ctx, teamID)
	if err != nil {
		return nil, fmt.Errorf("list pipelines: %w", err)
	}
	out := make([]Pipeline, len(rows))
	for i, r := range rows {
		out[i] = Pipeline{r.ID, r.Name, r.Revision, r.Paused, graph.Digest(r.Digest), r.Actor, r.AppliedAt}
	}
	return out, nil
}

// CurrentGraph is what is applied, and its revision; nil and 0 where the team
// has no such pipeline.
func (s *Store) CurrentGraph(ctx context.Context, teamID, pipeline string) (*graph.Graph, int64, error) {
	p, err := s.q.GetPipeline(ctx, teamID, pipeline)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && p.Revision == 0 {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("pipeline %s: %w", pipeline, err)
	}
	g, err := s.GraphByID(ctx, p.ID, p.Revision)
	if err != nil {
		return nil, 0, fmt.Errorf("pipeline %s: %w", pipeline, err)
	}
	return g, p.Revision, nil
}

// GraphAt is what a revision of a pipeline applied, or ErrNotFound.
func (s *Store) GraphAt(ctx context.Context, teamID, pipeline string, revision int64) (*graph.Graph, error) {
	p, err := s.q.GetPipeline(ctx, teamID, pipeline)
	if err != nil {
		return nil, fmt.Errorf("pipeline %s: %w", pipeline, notFound(err))
	}
	g, err := s.GraphByID(ctx, p.ID, revision)
	if err != nil {
		return nil, fmt.Errorf("pipeline %s: %w", pipeline, err)
	}
	return g, nil
}

// GraphByID is GraphAt by the pipeline's id, for those who hold one of the
// team's own. A revision never changes, so it may be kept.
func (s *Store) GraphByID(ctx context.Context, pipelineID string, revision int64) (*graph.Graph, error) {
	stored, err := loadRevision(ctx, s.q, pipelineID, revision)
	if err != nil {
		return nil, err
	}
	return stored.build()
}

// stored is a revision as the tables have it.
type stored struct {
	pipelineID string
	revision   int64 // 0: nothing is applied
	digest     string
	header     graph.Header
	rows       []db.GraphRowsRow
}

func loadRevision(ctx context.Context, q *db.Queries, pipelineID string, revision int64) (stored, error) {
	s := stored{pipelineID: pipelineID, revision: revision}
	if revision == 0 {
		return s, nil
	}
	r, err := q.GetRevision(ctx, pipelineID, revision)
	if err != nil {
		return s, fmt.Errorf("revision %d: %w", revision, notFound(err))
	}
	s.digest = r.Digest
	if s.header, err = graph.DecodeHeader(r.Header); err != nil {
		return s, fmt.Errorf("revision %d: its header: %w", revision, err)
	}
	if s.rows, err = q.GraphRows(ctx, pipelineID, revision); err != nil {
		return s, fmt.Errorf("revision %d: %w", revision, err)
	}
	return s, nil
}

// build makes the graph of the rows; nil where nothing is applied. What it says
// comes from the stored bytes alone, so it is right even where the digests
// beside them were changed.
func (s stored) build() (*graph.Graph, error) {
	if s.revision == 0 {
		return nil, nil
	}
	b := graph.NewBuilder(s.header)
	for _, r := range s.rows {
		if err := addRow(b, r); err != nil {
			return nil, fmt.Errorf("revision %d is damaged in the database (see weir drift): %w", s.revision, err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		return nil, fmt.Errorf("revision %d is damaged in the database (see weir drift): %w", s.revision, err)
	}
	return g, nil
}

func addRow(b *graph.Builder, r db.GraphRowsRow) error {
	spec, err := graph.DecodeSpec(graph.Kind(r.Kind), r.Spec)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Address, err)
	}
	meta, err := graph.DecodeMeta(r.Meta)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Address, err)
	}
	return b.Add(graph.Address(r.Address), spec, meta)
}

package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// What the API shows of pipelines, as it is read.
type (
	// PipelineView is a pipeline with what was applied last.
	PipelineView = db.APIPipelinesRow
	// DriftView is a live object and how it does.
	DriftView = db.APIDriftRow
	// ObjectView is a job or resource, live or deleted.
	ObjectView = db.APIObjectsRow
)

// Condition is why something waits.
type Condition struct {
	Reason, Message string
	Since           time.Time
}

// AmbiguousError is a name that several objects have.
type AmbiguousError struct {
	Name      string
	Addresses []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%s may be %s: write the address", e.Name, strings.Join(e.Addresses, " or "))
}

// PipelineViews lists the pipelines of a team, without those that are archived
// unless these are asked for too.
func (s *Store) PipelineViews(ctx context.Context, team string, archivedToo bool) ([]PipelineView, error) {
	rows, err := s.q.APIPipelines(ctx, team, archivedToo)
	return rows, wrap(err, "list pipelines")
}

// HasPipeline returns state.ErrNotFound unless the team has the pipeline.
func (s *Store) HasPipeline(ctx context.Context, team, pipeline string) error {
	_, err := s.q.APIPipeline(ctx, team, pipeline)
	return wrap(err, "pipeline "+pipeline)
}

// FindObject finds a job or resource by address or, where its kind is clear, by
// name. One that was deleted is found where no live one has the name.
func (s *Store) FindObject(ctx context.Context, team, pipeline string, kind graph.Kind, name string) (ObjectView, error) {
	for _, address := range []string{name, string(graph.JobAddress(name))} {
		row, err := s.q.APIObjectAt(ctx, team, pipeline, address)
		if err == nil && graph.Address(row.Address).Kind() == kind {
			return ObjectView(row), nil
		}
		if err != nil && !errors.Is(notFound(err), state.ErrNotFound) {
			return ObjectView{}, wrap(err, "find "+name)
		}
	}
	rows, err := s.q.APIObjects(ctx, team, pipeline, string(kind))
	if err != nil {
		return ObjectView{}, wrap(err, "find "+name)
	}
	return pickByName(rows, kind, name)
}

// pickByName wants the one live object of the name, or else a deleted one.
func pickByName(rows []ObjectView, kind graph.Kind, name string) (ObjectView, error) {
	var live, dead []ObjectView
	for _, r := range rows {
		switch {
		case graph.Address(r.Address).Name() != name:
		case r.Live:
			live = append(live, r)
		default:
			dead = append(dead, r)
		}
	}
	if len(live) == 0 {
		live = dead
	}
	switch len(live) {
	case 0:
		return ObjectView{}, fmt.Errorf("%s %s: %w", kind, name, state.ErrNotFound)
	case 1:
		return live[0], nil
	}
	e := &AmbiguousError{Name: name}
	for _, r := range live {
		e.Addresses = append(e.Addresses, r.Address)
	}
	return ObjectView{}, e
}

// Conditions gives, by subject, the condition that has stood longest.
func (s *Store) Conditions(ctx context.Context, subjects ...string) (map[string]Condition, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	rows, err := s.q.APIConditions(ctx, subjects)
	if err != nil {
		return nil, wrap(err, "read conditions")
	}
	out := make(map[string]Condition, len(rows))
	for _, r := range rows {
		out[r.Subject] = Condition{Reason: r.Reason, Message: r.Message, Since: r.Since}
	}
	return out, nil
}

// DriftViews gives the live objects of a team, of one pipeline unless that is "".
func (s *Store) DriftViews(ctx context.Context, team, pipeline string) ([]DriftView, error) {
	rows, err := s.q.APIDrift(ctx, team, pipeline)
	return rows, wrap(err, "read what is there")
}

// HasVersion says whether a scope has a version, given as JSON.
func (s *Store) HasVersion(ctx context.Context, scopeID string, version []byte) (bool, error) {
	has, err := s.q.APIHasVersion(ctx, scopeID, version)
	return has, wrap(err, "look for a version")
}

// ObservedView is what is known of an object that a plan may touch.
type ObservedView = db.APIObservedRow

// ObservedViews gives what is known of a pipeline's live objects; none where
// there is no such pipeline.
func (s *Store) ObservedViews(ctx context.Context, team, pipeline string) ([]ObservedView, error) {
	rows, err := s.q.APIObserved(ctx, team, pipeline)
	return rows, wrap(err, "observe the pipeline")
}

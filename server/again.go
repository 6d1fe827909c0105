package server

import (
	"context"
	"errors"
	"fmt"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// Rerun makes a build that does another one again, from its beginning or from where
// it failed.
func (b *Builds) Rerun(ctx context.Context, req *connect.Request[weirv1.RerunRequest]) (*connect.Response[weirv1.RerunResponse], error) {
	return unary(ctx, b.core, req, b.rerun)
}

func (b *Builds) rerun(ctx context.Context, id Identity, req *weirv1.RerunRequest) (*weirv1.RerunResponse, error) {
	view, err := b.find(ctx, id.Team, req)
	if err != nil {
		return nil, err
	}
	if why := notAgain(view, req.Resume); why != "" {
		return nil, connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf("build #%d of %s %s", view.Number, view.Job, why))
	}
	if err := b.notArchived(ctx, id.Team, view.Pipeline); err != nil {
		return nil, err
	}
	build, err := b.store.Rerun(ctx, id.Team, view.ID, id.Name, req.Resume)
	switch {
	case errors.Is(err, state.ErrNotFound):
		return nil, notFound("%s was removed from pipeline %s: only its builds are left", view.Job, view.Pipeline)
	case errors.Is(err, postgres.ErrManualTrigger):
		return nil, connect.NewError(connect.CodeFailedPrecondition, errors.New(view.Job+" may not be started by hand: its definition says disable_manual_trigger"))
	case err != nil:
		return nil, err
	}
	byID, err := b.describe(ctx, id.Team, build)
	return &weirv1.RerunResponse{Build: byID[build]}, err
}

// notAgain is why a build cannot be done again; "": it can.
func notAgain(view postgres.BuildView, resume bool) string {
	switch {
	case view.StartedAt == nil:
		return "never started, so that it has no inputs to take: weir trigger makes a new one"
	case resume && view.EndedAt == nil:
		return "has not ended: there is nothing to resume yet"
	case resume && view.Status == string(state.BuildSucceeded):
		return "has succeeded: there is nothing to resume. weir rerun runs all of it again"
	}
	return ""
}

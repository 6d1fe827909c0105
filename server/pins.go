package server

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// Pin holds a resource at a version.
func (r *Resources) Pin(ctx context.Context, req *connect.Request[weirv1.PinRequest]) (*connect.Response[weirv1.PinResponse], error) {
	return unary(ctx, r.core, req, r.pin)
}

// Unpin lets it go on.
func (r *Resources) Unpin(ctx context.Context, req *connect.Request[weirv1.UnpinRequest]) (*connect.Response[weirv1.UnpinResponse], error) {
	return unary(ctx, r.core, req, r.unpin)
}

// EnableVersion keeps a version from builds, or gives it back.
func (r *Resources) EnableVersion(ctx context.Context, req *connect.Request[weirv1.EnableVersionRequest]) (*connect.Response[weirv1.EnableVersionResponse], error) {
	return unary(ctx, r.core, req, r.enableVersion)
}

// ClearVersions forgets the history of a resource.
func (r *Resources) ClearVersions(ctx context.Context, req *connect.Request[weirv1.ClearVersionsRequest]) (*connect.Response[weirv1.ClearVersionsResponse], error) {
	return unary(ctx, r.core, req, r.clearVersions)
}

func (r *Resources) pin(ctx context.Context, id Identity, req *weirv1.PinRequest) (*weirv1.PinResponse, error) {
	found, err := r.unpinned(ctx, id, req.Pipeline, req.Resource)
	if err != nil {
		return nil, err
	}
	p := state.Pin{ResourceID: found.ID, Version: req.Version, Comment: req.Comment, By: id.Name}
	return &weirv1.PinResponse{}, noVersion(r.store.PinResource(ctx, id.Team, p), found)
}

func (r *Resources) unpin(ctx context.Context, id Identity, req *weirv1.UnpinRequest) (*weirv1.UnpinResponse, error) {
	found, err := r.unpinned(ctx, id, req.Pipeline, req.Resource)
	if err != nil {
		return nil, err
	}
	return &weirv1.UnpinResponse{}, r.store.UnpinResource(ctx, id.Team, found.ID, id.Name)
}

func (r *Resources) enableVersion(ctx context.Context, id Identity, req *weirv1.EnableVersionRequest) (*weirv1.EnableVersionResponse, error) {
	found, err := r.findLive(ctx, id.Team, req.Pipeline, req.Resource)
	if err != nil {
		return nil, err
	}
	change := r.store.DisableVersion
	if req.Enabled {
		change = r.store.EnableVersion
	}
	return &weirv1.EnableVersionResponse{}, noVersion(change(ctx, id.Team, found.ID, id.Name, req.Version), found)
}

func (r *Resources) clearVersions(ctx context.Context, id Identity, req *weirv1.ClearVersionsRequest) (*weirv1.ClearVersionsResponse, error) {
	found, err := r.findLive(ctx, id.Team, req.Pipeline, req.Resource)
	if err != nil {
		return nil, err
	}
	n, err := r.store.ClearVersions(ctx, id.Team, found.ID, id.Name)
	if errors.Is(err, state.ErrShared) {
		return nil, refused("%s has its history together with a resource of another team, which has the same type and source: disable versions one by one, or give it a source of its own", found.Address)
	}
	return &weirv1.ClearVersionsResponse{Cleared: n}, err
}

// findLive finds a resource that its pipeline has now.
func (r *Resources) findLive(ctx context.Context, team, pipeline, resource string) (postgres.ObjectView, error) {
	found, err := r.findResource(ctx, team, pipeline, resource)
	if err == nil && !found.Live {
		err = notFound("resource %s was removed from pipeline %s", resource, pipeline)
	}
	return found, err
}

// unpinned finds a resource that its definition does not pin: that goes first, and
// what people pin would be without effect.
func (r *Resources) unpinned(ctx context.Context, id Identity, pipeline, resource string) (postgres.ObjectView, error) {
	found, err := r.findLive(ctx, id.Team, pipeline, resource)
	if err != nil {
		return found, err
	}
	spec, err := r.definition(ctx, id.Team, pipeline, found)
	if err == nil && len(spec.Pin) > 0 {
		err = refused("pipeline %s pins %s itself: change its pin there, and apply it", pipeline, found.Address)
	}
	return found, err
}

// definition is what the pipeline says of a resource now; empty for one that was
// removed.
func (r *Resources) definition(ctx context.Context, team, pipeline string, found postgres.ObjectView) (graph.Resource, error) {
	views, err := r.store.ResourceViews(ctx, team, pipeline)
	for _, v := range views {
		if v.Address == found.Address {
			return resourceSpec(v.Spec), err
		}
	}
	return graph.Resource{}, err
}

// has says that a version has every key of a pin.
func has(version, pin map[string]string) bool {
	for k, want := range pin {
		if v, ok := version[k]; !ok || v != want {
			return false
		}
	}
	return true
}

func noVersion(err error, found postgres.ObjectView) error {
	if errors.Is(err, state.ErrNotFound) {
		return notFound("%s has no such version: see the list of its versions, or check it from an older one", found.Address)
	}
	return err
}

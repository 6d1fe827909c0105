package server

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state/postgres"
)

// Resources is ResourceService.
type Resources struct {
	core
	patience time.Duration // for how long Check waits for an answer
}

// ListResources lists the resources of a pipeline or team.
func (r *Resources) ListResources(ctx context.Context, req *connect.Request[weirv1.ListResourcesRequest]) (*connect.Response[weirv1.ListResourcesResponse], error) {
	return unary(ctx, r.core, req, r.listResources)
}

// ListVersions lists the versions of a resource, newest first.
func (r *Resources) ListVersions(ctx context.Context, req *connect.Request[weirv1.ListVersionsRequest]) (*connect.Response[weirv1.ListVersionsResponse], error) {
	return unary(ctx, r.core, req, r.listVersions)
}

// Check has a resource checked, and answers when that has ended.
func (r *Resources) Check(ctx context.Context, req *connect.Request[weirv1.CheckRequest]) (*connect.Response[weirv1.CheckResponse], error) {
	return unary(ctx, r.core, req, r.check)
}

func (r *Resources) listResources(ctx context.Context, id Identity, req *weirv1.ListResourcesRequest) (*weirv1.ListResourcesResponse, error) {
	if err := r.pipelineExists(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	views, err := r.store.ResourceViews(ctx, id.Team, req.Pipeline)
	if err != nil {
		return nil, err
	}
	var subjects []string
	for _, v := range views {
		if v.ScopeID != nil {
			subjects = append(subjects, "scope/"+*v.ScopeID)
		}
	}
	waiting, err := r.store.Conditions(ctx, subjects...)
	if err != nil {
		return nil, err
	}
	out := &weirv1.ListResourcesResponse{}
	for _, v := range views {
		out.Resources = append(out.Resources, resourceMessage(v, waiting))
	}
	return out, nil
}

func resourceMessage(v postgres.ResourceView, waiting map[string]postgres.Condition) *weirv1.Resource {
	spec := resourceSpec(v.Spec)
	m := &weirv1.Resource{
		Pipeline: v.Pipeline, Address: v.Address, Type: resourceType(spec), Versions: v.Versions, Pin: pin(v, spec),
		Latest: versionMap(v.Latest), LastChecked: stamp(v.LastEndedAt), NextCheck: stamp(v.CheckDueAt), Error: v.LastError,
	}
	if v.ScopeID != nil {
		m.Waiting = condition(waiting, "scope/"+*v.ScopeID)
	}
	return m
}

// resourceSpec is empty where there is none.
func resourceSpec(bytes []byte) graph.Resource {
	s, err := graph.DecodeSpec(graph.KindResource, bytes)
	if err != nil {
		return graph.Resource{}
	}
	return s.(graph.Resource)
}

// resourceType is the name of a built-in type, or of the pipeline's own.
func resourceType(res graph.Resource) string {
	if res.TypeRef != "" {
		return res.TypeRef.Name()
	}
	return res.Type
}

// pin is what a resource is held at: what its definition says goes first.
func pin(v postgres.ResourceView, spec graph.Resource) *weirv1.Pin {
	if len(spec.Pin) > 0 {
		return &weirv1.Pin{Version: spec.Pin, InPipeline: true}
	}
	if v.PinnedAt == nil {
		return nil
	}
	return &weirv1.Pin{Version: versionMap(v.Pin), Comment: v.PinComment, By: v.PinnedBy, At: stamp(v.PinnedAt)}
}

func (r *Resources) listVersions(ctx context.Context, id Identity, req *weirv1.ListVersionsRequest) (*weirv1.ListVersionsResponse, error) {
	found, err := r.findResource(ctx, id.Team, req.Pipeline, req.Resource)
	if err != nil {
		return nil, err
	}
	views, err := r.store.VersionViews(ctx, id.Team, found.ID, limited(req.Limit, 50, 1000))
	if err != nil {
		return nil, err
	}
	spec, err := r.definition(ctx, id.Team, req.Pipeline, found)
	if err != nil {
		return nil, err
	}
	out := &weirv1.ListVersionsResponse{}
	for _, v := range views {
		m := &weirv1.Version{Version: versionMap(v.Version), CreatedAt: timestamppb.New(v.CreatedAt),
			Disabled: v.Disabled, DisabledBy: v.DisabledBy, Pinned: v.Pinned}
		if len(spec.Pin) > 0 {
			m.Pinned = has(m.Version, spec.Pin)
		}
		if err := json.Unmarshal(v.Metadata, &m.Metadata); err != nil {
			return nil, err
		}
		out.Versions = append(out.Versions, m)
	}
	return out, nil
}

func (r *Resources) check(ctx context.Context, id Identity, req *weirv1.CheckRequest) (*weirv1.CheckResponse, error) {
	found, err := r.findLive(ctx, id.Team, req.Pipeline, req.Resource)
	if err != nil {
		return nil, err
	}
	if err := r.notArchived(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	var from []byte
	if len(req.From) > 0 {
		if from, err = json.Marshal(req.From); err != nil {
			return nil, err
		}
	}
	ticket, err := r.store.RequestCheckBy(ctx, id.Team, found.ID, id.Name, from)
	if err != nil {
		return nil, err
	}
	answer, err := r.await(ctx, ticket)
	if err != nil {
		return nil, err
	}
	return &weirv1.CheckResponse{Ok: answer.Error == "", Error: answer.Error, Found: int32(answer.Found), Latest: versionMap(answer.Latest)}, nil
}

// await looks for the answer, less and less often, until patience ends.
func (r *Resources) await(ctx context.Context, ticket postgres.CheckTicket) (postgres.CheckAnswer, error) {
	limit, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	for pause := 20 * time.Millisecond; ; pause = min(pause*3/2, 500*time.Millisecond) {
		answer, ok, err := r.store.CheckAnswer(ctx, ticket)
		if ok || err != nil {
			return answer, err
		}
		select {
		case <-limit.Done():
			return answer, r.unanswered(ctx, ticket)
		case <-time.After(pause):
		}
	}
}

// unanswered says why a check has not ended.
func (r *Resources) unanswered(ctx context.Context, ticket postgres.CheckTicket) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	why := "see the list of workers: one must run"
	waiting, err := r.store.Conditions(ctx, "scope/"+ticket.ScopeID)
	if err != nil {
		return err
	}
	for _, c := range waiting {
		why = c.Message
	}
	return connect.NewError(connect.CodeDeadlineExceeded, errors.New("the check was asked for and has not ended within "+r.patience.String()+": "+why))
}

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// observation is one live object as it does, beside what was applied.
type observation struct {
	postgres.DriftView
	pin        map[string]string // of a resource
	pinMissing bool              // it has been checked, and has no such version
}

// finding is one way in which an object does not do what was applied.
type finding struct{ reason, message string }

// driftRule is one such way.
type driftRule func(observation) (finding, bool)

// driftRules are all asked, and all that apply are told.
func driftRules() []driftRule { return []driftRule{paused, checkFails, checkLate, pinMissing} }

func paused(o observation) (finding, bool) {
	if o.Kind == string(graph.KindPipeline) {
		return finding{"Paused", "the pipeline is paused: its jobs make no builds"}, o.PipelinePaused
	}
	return finding{"Paused", "it is paused: unpause it to have it work again"}, o.Paused
}

func checkFails(o observation) (finding, bool) {
	return finding{"CheckFails", fmt.Sprintf("its last %d checks failed: %s", o.Failures, o.LastError)}, o.Failures > 0
}

func checkLate(o observation) (finding, bool) {
	return finding{"CheckLate", "its check is more than five minutes late: is a worker running that may do it?"}, o.CheckLate && o.Failures == 0
}

func pinMissing(o observation) (finding, bool) {
	return finding{"PinMissing", fmt.Sprintf("it has no such version as it is pinned to: %v", o.pin)}, o.pinMissing
}

// judge says how objects do not do what was applied.
func judge(all []observation) []*weirv1.Drift {
	var out []*weirv1.Drift
	for _, o := range all {
		for _, rule := range driftRules() {
			if f, applies := rule(o); applies {
				out = append(out, &weirv1.Drift{Pipeline: o.Pipeline, Address: o.Address, Reason: f.reason, Message: f.message})
			}
		}
	}
	return out
}

// drift tells first what is stored and was not applied, then what was applied
// and does not do so.
func (p *Pipelines) drift(ctx context.Context, id Identity, req *weirv1.DriftRequest) (*weirv1.DriftResponse, error) {
	changed, err := p.store.Drift(ctx, id.TeamID, req.Pipeline)
	if errors.Is(err, state.ErrNotFound) {
		return nil, noPipeline(id.Team, req.Pipeline)
	}
	if err != nil {
		return nil, err
	}
	out := &weirv1.DriftResponse{}
	for _, d := range changed {
		out.Drifts = append(out.Drifts, &weirv1.Drift{Pipeline: d.Pipeline, Address: d.Address, Reason: string(d.Reason), Message: d.Message})
	}
	views, err := p.store.DriftViews(ctx, id.Team, req.Pipeline)
	if err != nil {
		return nil, err
	}
	seen := make([]observation, len(views))
	for i, v := range views {
		if seen[i], err = p.look(ctx, v); err != nil {
			return nil, err
		}
	}
	out.Drifts = append(out.Drifts, judge(seen)...)
	return out, nil
}

// look finds out whether a resource has the version that it is pinned to. A
// definition that cannot be read was told of already.
func (p *Pipelines) look(ctx context.Context, v postgres.DriftView) (observation, error) {
	o := observation{DriftView: v}
	if v.Kind != string(graph.KindResource) || !v.Checked {
		return o, nil
	}
	spec, _ := graph.DecodeSpec(graph.KindResource, v.Spec)
	res, _ := spec.(graph.Resource)
	if o.pin = res.Pin; len(o.pin) == 0 {
		return o, nil
	}
	version, err := json.Marshal(o.pin)
	if err != nil {
		return o, err
	}
	has, err := p.store.HasVersion(ctx, *v.ScopeID, version)
	o.pinMissing = !has
	return o, err
}

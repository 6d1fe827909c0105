package server

import (
	"context"
	"encoding/json"
	"fmt"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state/postgres"
)

// observation is one live object: what was applied, and what is there.
type observation struct {
	postgres.DriftView
	pin        map[string]string // of a resource
	pinMissing bool              // it has been checked, and has no such version
}

// finding is one way in which an object is not as it was applied.
type finding struct{ reason, message string }

// driftRule is one such way; the table of rules is asked in order, and all that
// apply are told.
type driftRule func(observation) (finding, bool)

func driftRules() []driftRule {
	return []driftRule{recordChanged, paused, scopeMissing, checkFails, checkLate, pinMissing}
}

func recordChanged(o observation) (finding, bool) {
	f := finding{"RecordChanged", "its definition in the database is not the one that was applied: somebody changed the database by hand; apply again"}
	return f, o.Digest != o.AppliedDigest || len(o.AppliedSpec) == 0
}

func paused(o observation) (finding, bool) {
	if o.Kind == string(graph.KindPipeline) {
		return finding{"Paused", "the pipeline is paused: its jobs make no builds"}, o.PipelinePaused
	}
	return finding{"Paused", "it is paused: unpause it to have it work again"}, o.Paused
}

func scopeMissing(o observation) (finding, bool) {
	return finding{"NeverChecked", "nothing checks it: apply again"}, o.Kind == string(graph.KindResource) && !o.HasScope
}

func checkFails(o observation) (finding, bool) {
	return finding{"CheckFails", fmt.Sprintf("its last %d checks failed: %s", o.Failures, o.LastError)}, o.Failures > 0
}

func checkLate(o observation) (finding, bool) {
	return finding{"CheckLate", "its check is more than five minutes late: is a worker running that may do it?"}, o.CheckLate && o.Failures == 0
}

func pinMissing(o observation) (finding, bool) {
	return finding{"PinMissing", fmt.Sprintf("the version that it is pinned to is not there: %v", o.pin)}, o.pinMissing
}

// drifts says how objects differ from what was applied.
func drifts(all []observation) []*weirv1.Drift {
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

func (p *Pipelines) drift(ctx context.Context, id Identity, req *weirv1.DriftRequest) (*weirv1.DriftResponse, error) {
	if err := p.pipelineExists(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
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
	return &weirv1.DriftResponse{Drifts: drifts(seen)}, nil
}

// look adds what takes another question.
func (p *Pipelines) look(ctx context.Context, v postgres.DriftView) (observation, error) {
	o := observation{DriftView: v}
	if v.Kind != string(graph.KindResource) {
		return o, nil
	}
	spec, err := graph.DecodeSpec(graph.KindResource, v.AppliedSpec)
	if err != nil {
		return o, nil // recordChanged or no digest will tell
	}
	o.pin = spec.(graph.Resource).Pin
	if len(o.pin) == 0 || !v.Checked {
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

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
	stored     graph.Digest      // of the definition that is stored; "" for none
	damaged    string            // why the pipeline's definitions cannot be read
	pin        map[string]string // of a resource
	pinMissing bool              // it has been checked, and has no such version
}

// finding is one way in which an object is not as it was applied.
type finding struct{ reason, message string }

// driftRule is one such way; the table of rules is asked in order, and all that
// apply are told.
type driftRule func(observation) (finding, bool)

func driftRules() []driftRule {
	return []driftRule{recordDamaged, recordChanged, paused, scopeMissing, checkFails, checkLate, pinMissing}
}

func recordChanged(o observation) (finding, bool) {
	f := finding{"RecordChanged", "its definition in the database is not the one that was applied: somebody changed the database by hand; apply again"}
	return f, o.damaged == "" && graph.Digest(o.Digest) != o.stored
}

func recordDamaged(o observation) (finding, bool) {
	return finding{"RecordDamaged", "its definitions in the database cannot be read: " + o.damaged}, o.damaged != "" && o.Kind == string(graph.KindPipeline)
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
	var seen []observation
	for _, of := range byPipeline(views) {
		g, damaged, err := p.stored(ctx, id, of[0].Pipeline)
		if err != nil {
			return nil, err
		}
		for _, v := range of {
			o, err := p.look(ctx, v, g)
			if err != nil {
				return nil, err
			}
			o.damaged = damaged
			seen = append(seen, o)
		}
	}
	return &weirv1.DriftResponse{Drifts: drifts(seen)}, nil
}

// byPipeline cuts a list that is sorted by pipeline.
func byPipeline(views []postgres.DriftView) (out [][]postgres.DriftView) {
	for i, v := range views {
		if i == 0 || views[i-1].Pipeline != v.Pipeline {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], v)
	}
	return out
}

// stored reads what the database has as the current graph, or says in which way
// it is damaged. Its digests are computed anew.
func (p *Pipelines) stored(ctx context.Context, id Identity, pipeline string) (g *graph.Graph, damaged string, err error) {
	g, _, err = p.store.CurrentGraph(ctx, id.TeamID, pipeline)
	if err != nil && (databaseDown(err) || ctx.Err() != nil) {
		return nil, "", err
	}
	if err != nil {
		return nil, err.Error(), nil
	}
	return g, "", nil
}

// look adds to what is there what was applied, and whether its pin is there.
func (p *Pipelines) look(ctx context.Context, v postgres.DriftView, g *graph.Graph) (observation, error) {
	o := observation{DriftView: v}
	if g == nil {
		return o, nil
	}
	n, _ := g.Lookup(graph.Address(v.Address))
	o.stored = n.SpecDigest
	res, _ := n.Spec.(graph.Resource)
	o.pin = res.Pin
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

package sim

import (
	"context"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/state"
)

// fault is one thing that the deciders, or the statements under them, get wrong: what
// they are told is changed, or what they say.
type fault struct {
	job     func(*graph.Job)             // the definition that they see
	jobs    func(*state.JobSnapshot)     // a job
	asked   func(*DB, *state.InputQuery) // what is asked about inputs
	inputs  func([]state.InputFact)      // and answered
	past    func(*state.PastFacts)       // likewise, of the past
	builds  func(*state.BuildSnapshot)   // a build
	scopes  func(*state.ScopeSnapshot)
	places  func(*DB, *state.PlaceSnapshot)
	toJob   func(*DB, *state.JobChange) // what is done
	toBuild func(*DB, *state.BuildChange)
	toPlace func(*DB, *state.PlaceChange)
	claim   func(*DB, *state.Claim) // whose it is
	lose    bool                    // runs of a worker that is gone are not lost
}

// faulty is a database behind a fault.
type faulty struct {
	*DB
	fault
}

func (f fault) through(db *DB) reconciler.Store { return faulty{db, f} }

func (f faulty) ObjectsAt(ctx context.Context, p string, r int64) ([]state.Object, error) {
	objects, err := f.DB.ObjectsAt(ctx, p, r)
	out := make([]state.Object, len(objects))
	for i, o := range objects {
		if job, ok := o.Spec.(graph.Job); ok && f.fault.job != nil {
			f.fault.job(&job)
			o.Spec = job
		}
		out[i] = o
	}
	return out, err
}

func (f faulty) LoadJob(ctx context.Context, id string) (state.JobSnapshot, error) {
	snap, err := f.DB.LoadJob(ctx, id)
	if f.fault.jobs != nil {
		f.fault.jobs(&snap)
	}
	return snap, err
}

func (f faulty) LoadInputs(ctx context.Context, q state.InputQuery) (state.InputFacts, error) {
	if f.fault.asked != nil {
		f.fault.asked(f.DB, &q)
	}
	facts, err := f.DB.LoadInputs(ctx, q)
	if f.fault.inputs != nil {
		f.fault.inputs(facts.Inputs)
	}
	return facts, err
}

func (f faulty) LoadVersions(ctx context.Context, q state.InputQuery) ([]state.InputFact, error) {
	if f.fault.asked != nil {
		f.fault.asked(f.DB, &q)
	}
	facts, err := f.DB.LoadVersions(ctx, q)
	if f.fault.inputs != nil {
		f.fault.inputs(facts)
	}
	return facts, err
}

func (f faulty) LoadPast(ctx context.Context, q state.PastQuery) (state.PastFacts, error) {
	facts, err := f.DB.LoadPast(ctx, q)
	if f.fault.past != nil {
		f.fault.past(&facts)
	}
	return facts, err
}

func (f faulty) CommitJob(ctx context.Context, c state.Claim, ch state.JobChange) error {
	if f.fault.toJob != nil {
		f.fault.toJob(f.DB, &ch)
	}
	return f.DB.CommitJob(ctx, f.claimed(c), ch)
}

func (f faulty) LoadBuild(ctx context.Context, id string) (state.BuildSnapshot, error) {
	snap, err := f.DB.LoadBuild(ctx, id)
	if f.fault.builds != nil && err == nil {
		f.fault.builds(&snap)
	}
	return snap, err
}

func (f faulty) CommitBuild(ctx context.Context, c state.Claim, snap state.BuildSnapshot, ch state.BuildChange) error {
	if f.fault.toBuild != nil {
		f.fault.toBuild(f.DB, &ch)
	}
	return f.DB.CommitBuild(ctx, f.claimed(c), snap, ch)
}

func (f faulty) LoadScope(ctx context.Context, id string) (state.ScopeSnapshot, error) {
	snap, err := f.DB.LoadScope(ctx, id)
	if f.fault.scopes != nil {
		f.fault.scopes(&snap)
	}
	return snap, err
}

func (f faulty) LoadPlaces(ctx context.Context, want state.PlaceQuery) (state.PlaceSnapshot, error) {
	snap, err := f.DB.LoadPlaces(ctx, want)
	if f.fault.places != nil {
		f.fault.places(f.DB, &snap)
	}
	return snap, err
}

func (f faulty) CommitPlaces(ctx context.Context, c state.Claim, ch state.PlaceChange) error {
	if f.fault.toPlace != nil {
		f.fault.toPlace(f.DB, &ch)
	}
	return f.DB.CommitPlaces(ctx, f.claimed(c), ch)
}

func (f faulty) LoseRuns(ctx context.Context, c state.Claim, w state.WorkerRow, message string) error {
	if f.fault.lose {
		return nil
	}
	return f.DB.LoseRuns(ctx, c, w, message)
}

func (f faulty) claimed(c state.Claim) state.Claim {
	if f.fault.claim != nil {
		f.fault.claim(f.DB, &c)
	}
	return c
}

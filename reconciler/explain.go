package reconciler

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirci/weir/reconciler/place"
	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/state"
)

// ExplainStore is what explanations read. They write nothing.
type ExplainStore interface {
	Store
	ExplainVersions
	ExplainRuns
}

// ExplainVersions is what is asked about jobs and resources.
type ExplainVersions interface {
	NewestOf(ctx context.Context, resourceIDs []string, n int) ([][]state.SeenVersion, error)
	Tried(ctx context.Context, q state.TriedQuery) ([]state.TriedRow, error)
	KeyOf(ctx context.Context, key state.Key) (state.KeyState, error)
	WaitingSince(ctx context.Context, subjects ...string) (map[string]time.Time, error)
	ScopeOf(ctx context.Context, resourceID string) (id, lastError string, err error)
}

// ExplainRuns is what is asked about builds.
type ExplainRuns interface {
	OpenRuns(ctx context.Context, buildID string) ([]state.RunPlace, error)
	RunPlaceOf(ctx context.Context, id string) (state.RunPlace, error)
	StepNotes(ctx context.Context, buildID string) ([]state.StepNote, error)
	BuildEnd(ctx context.Context, buildID string) (message string, f state.Fault, at time.Time, err error)
	FailedChecks(ctx context.Context, buildID string) ([]state.FailedCheck, error)
}

// Explainer says why things wait. It has the deciders decide anew, on what is
// there now, and tells what they say; nothing of that is done. Where a decider
// waits for nothing the queue has the rest. It may be used by many at once.
type Explainer struct {
	r     *Reconciler
	store ExplainStore
}

// NewExplainer makes one; of the options it wants Now, Rand, Eval, Patience and
// ExternalURL.
func NewExplainer(s ExplainStore, o Options) *Explainer { return &Explainer{New(s, o), s} }

// due is a thing that waits for nothing but the server.
func (e *Explainer) due(ctx context.Context, about reason.About, subject string, key state.Key, what string, names []string) (reason.Why, error) {
	k, err := e.store.KeyOf(ctx, key)
	if err != nil {
		return reason.Why{}, err
	}
	if k.Failures > 0 {
		message := fmt.Sprintf("the server tried %d times: %s; it tries again at %s", k.Failures, k.Error, clock(k.Due))
		return reason.New(about, subject, reason.Failing, message, names...), nil
	}
	state := "it is not on the queue yet: the next sweep puts it there"
	switch {
	case k.Held:
		state = "a server is at it"
	case k.Queued:
		state = "it is on the queue since " + clock(k.Due)
	}
	w := reason.New(about, subject, reason.Due, what+"; "+state, names...)
	w.Since = k.Due
	return w, nil
}

// failing is a thing that cannot even be decided about.
func failing(about reason.About, subject string, err error, names []string) reason.Why {
	return reason.New(about, subject, reason.Failing, err.Error(), names...)
}

func clock(t time.Time) string { return t.UTC().Format("15:04:05 MST") }

// run says what an open run waits for.
func (e *Explainer) run(ctx context.Context, subject string, r state.RunPlace, places *state.PlaceSnapshot, names []string) (reason.Why, error) {
	var w reason.Why
	switch {
	case r.Status == state.RunUnplaced:
		return e.unplaced(ctx, subject, r, places, names)
	case r.Stalled:
		w = reason.New(reason.Run, subject, reason.Stalled, fmt.Sprintf("worker %s, which has it, does not answer", r.Worker), names...)
	case r.Status == state.RunAssigned:
		w = reason.New(reason.Run, subject, reason.Assigned, fmt.Sprintf("worker %s has it, and has not said yet that its program runs", r.Worker), names...)
	default:
		w = reason.New(reason.Run, subject, reason.Program, fmt.Sprintf("its program runs on worker %s", r.Worker), names...)
	}
	w.Since = r.Since
	if r.KillWanted {
		w.Message += "; it was asked to end"
	}
	return w, nil
}

// unplaced asks the placing decider why a run has no worker.
func (e *Explainer) unplaced(ctx context.Context, subject string, r state.RunPlace, places *state.PlaceSnapshot, names []string) (reason.Why, error) {
	if places.Workers == nil && places.Runs == nil {
		snap, err := e.store.LoadPlaces(ctx, e.r.placeQuery())
		if err != nil {
			return reason.Why{}, err
		}
		*places = snap
	}
	if len(r.Tags) > 0 {
		names = append(slices.Clone(names), "tags", strings.Join(r.Tags, ","))
	}
	s := e.r.placeState(*places)
	w, err := reason.Why{}, error(nil)
	for _, c := range place.Decide(s) {
		if h, ok := c.(place.Hold); ok && h.Run == r.ID {
			w = reason.New(reason.Run, subject, h.Reason, h.Message, names...)
		}
	}
	if w.Reason == "" {
		w, err = e.due(ctx, reason.Run, subject, state.KeyPlace, "a worker has room for it", names)
	}
	w.Since = r.Since
	w.Tables = []reason.Table{place.Weigh(s, placeRunOf(*places, r))}
	return w, err
}

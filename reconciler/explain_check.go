package reconciler

import (
	"context"
	"fmt"
	"time"

	"github.com/weirci/weir/reconciler/check"
	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/state"
)

// Resource says why a resource is not checked now. Subject is what people call
// it, and pipeline and name how commands do.
func (e *Explainer) Resource(ctx context.Context, id, pipeline, subject, name string) ([]reason.Why, error) {
	names := []string{"pipeline", pipeline, "resource", shell(name)}
	scope, lastError, err := e.store.ScopeOf(ctx, id)
	if err != nil {
		return nil, err
	}
	snap, err := e.store.LoadScope(ctx, scope)
	if err != nil {
		return nil, err
	}
	known, err := e.r.knownVersions(ctx, snap)
	if err != nil {
		return nil, err
	}
	d := check.Decide(scopeState(snap), check.Options{Now: snap.Now, Jitter: e.r.Rand(), Eval: e.r.Eval, Known: func([]map[string]string) check.Known { return known }})
	w, err := e.check(ctx, subject, snap, d, lastError, names)
	if err != nil {
		return nil, err
	}
	since, err := e.store.WaitingSince(ctx, "scope/"+scope)
	if at, ok := since["scope/"+scope+" "+w.Reason]; ok {
		w.Since = at
	}
	return []reason.Why{w}, err
}

func (e *Explainer) check(ctx context.Context, subject string, snap state.ScopeSnapshot, d check.Decision, lastError string, names []string) (reason.Why, error) {
	for _, c := range d.Commands {
		h, ok := c.(check.Hold)
		switch {
		case !ok:
			return e.checkDue(ctx, subject, snap, names)
		case h.Reason == "Running":
			return e.checking(ctx, subject, *snap.Run, names)
		default:
			return reason.New(reason.Check, subject, h.Reason, h.Message, names...), nil
		}
	}
	next := fmt.Sprintf("is checked next at %s, in %s", clock(d.Wake), d.Wake.Sub(snap.Now).Round(time.Second))
	if snap.Failures > 0 {
		return reason.New(reason.Check, subject, reason.CheckFailed, fmt.Sprintf("%s: its last check failed (%d in a row): %s", next, snap.Failures, lastError), names...), nil
	}
	return reason.New(reason.Check, subject, reason.NextCheck, next, names...), nil
}

// checkDue is about a check that nothing keeps but its turn, which only the server
// that has it knows; the queue shows it.
func (e *Explainer) checkDue(ctx context.Context, subject string, snap state.ScopeSnapshot, names []string) (reason.Why, error) {
	k, err := e.store.KeyOf(ctx, state.ScopeKey(snap.ID))
	if err == nil && k.Failures == 0 && k.Due.After(snap.Now) {
		message := "many checks are due at once and are spread, so as to flood nobody: the turn of this one is at " + clock(k.Due)
		return reason.New(reason.Check, subject, "Paced", message, names...), nil
	}
	if err != nil {
		return reason.Why{}, err
	}
	return e.due(ctx, reason.Check, subject, state.ScopeKey(snap.ID), "its check is due", names)
}

// checking says where the run of a check is.
func (e *Explainer) checking(ctx context.Context, subject string, run state.RunRow, names []string) (reason.Why, error) {
	r, err := e.store.RunPlaceOf(ctx, run.ID)
	if err != nil {
		return reason.Why{}, err
	}
	w, err := e.run(ctx, subject, r, &state.PlaceSnapshot{}, names)
	w.Message = "a check is under way: " + w.Message
	return w, err
}

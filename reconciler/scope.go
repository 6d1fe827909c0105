package reconciler

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/weirci/weir/reconciler/check"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// scope looks at a scope: is a check due, did one end?
func (r *Reconciler) scope(ctx context.Context, c state.Claim) (time.Time, error) {
	snap, err := r.store.LoadScope(ctx, c.Key.ID())
	if err != nil {
		return time.Time{}, err
	}
	known, err := r.knownVersions(ctx, snap)
	if err != nil {
		return time.Time{}, err
	}
	s := scopeState(snap)
	d := check.Decide(s, check.Options{Now: snap.Now, Turn: r.turnOf(s, snap.Now), Jitter: r.Rand(), Eval: r.Eval, Known: func([]map[string]string) check.Known { return known }})
	if len(d.Commands) == 0 {
		return d.Wake, nil
	}
	ch, err := r.scopeChange(ctx, snap, d)
	if err != nil {
		return time.Time{}, err
	}
	return d.Wake, r.store.CommitScope(ctx, c, ch)
}

// turnOf is when a check that is due may start.
func (r *Reconciler) turnOf(s check.Scope, now time.Time) time.Time {
	switch host := check.Host(s.Resource); {
	case check.Waits(s, now):
		return r.pace.Turn(s.ID, host, now)
	case s.Run == nil && s.Requested:
		r.pace.Charge(host, now)
	}
	return time.Time{}
}

// knownVersions is what there is of the versions in the answer of a run that ended.
func (r *Reconciler) knownVersions(ctx context.Context, snap state.ScopeSnapshot) (check.Known, error) {
	if snap.Run == nil || snap.Run.Status != state.RunExited {
		return check.Known{}, nil
	}
	versions, err := protocol.ParseVersions(snap.Run.Result)
	if err != nil || len(versions) == 0 {
		return check.Known{}, nil // what is wrong with the answer the decider says
	}
	orders, most, err := r.store.KnownVersions(ctx, snap.ID, versions)
	return check.Known{Most: most, Orders: orders}, err
}

func scopeState(snap state.ScopeSnapshot) check.Scope {
	s := check.Scope{
		ID: snap.ID, Resource: snap.Resource, Type: snap.Type, Every: snap.Every, Timeout: snap.Timeout, DueAt: snap.DueAt, Requested: snap.Requested,
		RequestedFrom: snap.RequestedFrom, Latest: snap.Latest, Failures: snap.Failures, Wanted: snap.Wanted, Active: snap.Active, Archived: snap.Archived, Secrets: snap.Secrets, Images: snap.Images, CheckedImage: snap.CheckedImage,
	}
	if run := snap.Run; run != nil {
		s.Run = &check.Run{
			ID: run.ID, Status: run.Status, Created: run.Created, ExitCode: run.ExitCode, Message: run.Message, Infra: run.Infra, TimedOut: run.TimedOut, Result: run.Result, Said: snap.Said,
		}
	}
	return s
}

// scopeChange is a decision as rows.
func (r *Reconciler) scopeChange(ctx context.Context, snap state.ScopeSnapshot, d check.Decision) (state.ScopeChange, error) {
	ch := state.ScopeChange{ID: snap.ID}
	answer := func() {
		for _, job := range snap.Asked {
			ch.Answers, ch.Enqueue = true, append(ch.Enqueue, state.JobKey(job))
		}
	}
	for _, cmd := range d.Commands {
		switch c := cmd.(type) {
		case check.StartCheck:
			task, err := proto.MarshalOptions{Deterministic: true}.Marshal(c.Task)
			if err != nil {
				return ch, fmt.Errorf("the check of scope %s: %w", snap.ID, err)
			}
			ch.Start, ch.Image = &state.NewRun{ID: r.NewID(), Task: task, Tags: c.Tags}, c.Image
		case check.RecordVersions:
			ch.Found = &state.ScopeFound{Due: c.Due}
			for _, v := range c.Versions {
				ch.Found.Versions = append(ch.Found.Versions, v.Version)
			}
			if err := r.tellUsers(ctx, snap.ID, c.Found, &ch); err != nil {
				return ch, err
			}
			answer()
		case check.RecordFailure:
			ch.Failed = &state.ScopeFailed{Error: c.Error, Failures: c.Failures, Due: c.Due, NoRun: c.Run == ""}
			answer()
		case check.SetDue:
			ch.SetDue = c.At
		case check.Hold:
			if c.Reason != "Running" {
				ch.Condition = &state.Condition{Subject: "scope/" + snap.ID, Reason: c.Reason, Message: c.Message}
			}
		}
	}
	return ch, nil
}

// tellUsers has the jobs looked at that may take what was found.
func (r *Reconciler) tellUsers(ctx context.Context, scope string, found int, ch *state.ScopeChange) error {
	if found == 0 {
		return nil
	}
	users, err := r.store.ScopeUsers(ctx, scope)
	if err != nil {
		return err
	}
	ch.Enqueue, err = r.jobsOf(ctx, users)
	return err
}

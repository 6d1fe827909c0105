package reconciler

import (
	"context"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/gc"
	"github.com/weirci/weir/state"
)

// History goes in batches: some jobs at a time, and of them some builds in a
// transaction, so that nobody waits for it.
const (
	jobsAtOnce   = 200
	buildsAtOnce = 100
	betweenJobs  = time.Second
)

// retain looks at some jobs after those of the last look: which of their builds
// does no rule keep? A round through all begins every RetainEvery.
func (r *Reconciler) retain(ctx context.Context, c state.Claim) (time.Time, error) {
	jobs, now, err := r.store.LoadRetention(ctx, r.walkedTo(), jobsAtOnce)
	if err != nil {
		return time.Time{}, err
	}
	ch, more, err := r.overOf(ctx, jobs, now)
	if err != nil {
		return time.Time{}, err
	}
	if len(ch.Reap)+len(ch.Delete) > 0 {
		r.Log.Info("history is deleted", "builds", len(ch.Reap), "rows", len(ch.Delete))
		if err := r.store.CommitRetention(ctx, c, ch); err != nil {
			return time.Time{}, err
		}
	}
	switch {
	case more:
		return now, nil
	case len(jobs) == jobsAtOnce:
		r.walkTo(jobs[len(jobs)-1].ID)
		return now.Add(min(betweenJobs, r.RetainEvery)), nil
	}
	r.walkTo("")
	return now.Add(r.RetainEvery), nil
}

// overOf decides about jobs; more: there is at least as much again.
func (r *Reconciler) overOf(ctx context.Context, jobs []state.RetentionJob, now time.Time) (ch state.RetentionChange, more bool, err error) {
	rules := map[string]gc.Rule{}
	for _, j := range jobs {
		rules[j.ID] = r.Retention.RuleOf(ruleOf(j.Job), teamRule(j.Team))
	}
	if ch.Reap, more, err = r.over(ctx, rules, now, false); err != nil {
		return ch, false, err
	}
	if rule, ok := r.Retention.HistoryRule(); ok {
		for id := range rules {
			rules[id] = rule
		}
		var again bool
		ch.Delete, again, err = r.over(ctx, rules, now, true)
		more = more || again
	}
	return ch, more, err
}

func (r *Reconciler) over(ctx context.Context, rules map[string]gc.Rule, now time.Time, reaped bool) (ids []string, more bool, err error) {
	var ask []state.OldBuildsOf
	for id, rule := range rules {
		if !rule.All() {
			ask = append(ask, state.OldBuildsOf{JobID: id, Builds: rule.Builds, Succeeded: rule.Succeeded, Before: rule.Before(now)})
		}
	}
	if len(ask) == 0 {
		return nil, false, nil
	}
	old, err := r.store.OldBuilds(ctx, ask, reaped, buildsAtOnce)
	for _, b := range old {
		build := gc.Build{ID: b.ID, Number: b.Number, Status: b.Status, Ended: b.Ended}
		ids = append(ids, gc.Over(rules[b.JobID], gc.Cuts{Newest: b.Newest, Succeeded: b.NewestSucceeded}, []gc.Build{build}, now)...)
	}
	return ids, len(old) == buildsAtOnce && len(ids) > 0, err
}

func ruleOf(r graph.Retention) gc.Rule {
	return gc.Rule{Builds: int(r.Builds), Days: int(r.Days), Succeeded: int(r.MinimumSucceeded)}
}

func teamRule(r *graph.Retention) *gc.Rule {
	if r == nil {
		return nil
	}
	rule := ruleOf(*r)
	return &rule
}

func (r *Reconciler) walkedTo() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.walked
}

func (r *Reconciler) walkTo(job string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.walked = job
}

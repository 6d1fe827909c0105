package reconciler

import (
	"context"
	"fmt"
	"slices"

	"github.com/weirci/weir/reconciler/build"
	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/state"
)

// Build says why a build does not start, or what each of its steps waits for that
// has not ended. The first is about the build itself.
func (e *Explainer) Build(ctx context.Context, id string) ([]reason.Why, error) {
	snap, err := e.store.LoadBuild(ctx, id)
	if err != nil {
		return nil, err
	}
	x := &buildExplainer{Explainer: e, snap: snap}
	b := snap.Build
	x.title = fmt.Sprintf("%s #%d", b.Job.Name(), b.Number)
	x.names = []string{"pipeline", b.Pipeline, "job", shell(b.Job.Name()), "build", buildName(b.Pipeline, b.Job, b.Number)}
	out, err := x.now(ctx)
	if len(out) > 0 {
		out[0].Tables = append(slices.Clip(out[0].Tables), madeOf(snap)...)
	}
	return out, err
}

func (x *buildExplainer) now(ctx context.Context) ([]reason.Why, error) {
	whys, err := x.whys(ctx)
	if err != nil || len(whys) == 0 {
		return whys, err
	}
	whys[0].Message, err = x.withChecks(ctx, whys[0].Message)
	return whys, err
}

func (x *buildExplainer) whys(ctx context.Context) ([]reason.Why, error) {
	switch b := x.snap.Build; {
	case b.Status.Terminal():
		return x.ended(ctx)
	case b.Status == state.BuildPending && b.AbortRequestedBy == "":
		return x.pending(ctx)
	}
	return x.running(ctx)
}

// withChecks adds which resources could not be checked for the build, so that it takes
// what was known.
func (x *buildExplainer) withChecks(ctx context.Context, message string) (string, error) {
	failed, err := x.store.FailedChecks(ctx, x.snap.Build.ID)
	for _, c := range failed {
		message += fmt.Sprintf("; %s is as it was known before: the check that it was asked for with failed: %s", c.Resource, c.Error)
	}
	return message, err
}

type buildExplainer struct {
	*Explainer
	snap   state.BuildSnapshot
	title  string
	names  []string
	notes  []state.StepNote
	runs   []state.RunPlace
	places state.PlaceSnapshot
}

func (x *buildExplainer) ended(ctx context.Context) ([]reason.Why, error) {
	message, fault, at, err := x.store.BuildEnd(ctx, x.snap.Build.ID)
	text := string(x.snap.Build.Status)
	if message != "" {
		text += ": " + message
	}
	switch fault {
	case state.FaultSystem:
		text += " (a fault of the system)"
	case state.FaultPolicy:
		text += " (a rule or a person said no)"
	}
	w := reason.New(reason.Build, x.title, reason.Ended, text, x.names...)
	w.Since = at
	return []reason.Why{w}, err
}

// pending is what the job's decider says of the build.
func (x *buildExplainer) pending(ctx context.Context) ([]reason.Why, error) {
	all, err := x.Job(ctx, x.snap.Build.JobID)
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		if w.Subject == x.title {
			w.Tables = all[0].Tables
			return []reason.Why{w}, nil
		}
	}
	return []reason.Why{reason.New(reason.Build, x.title, "Pending", "the job's scheduler has not started it yet", x.names...)}, nil
}

func (x *buildExplainer) running(ctx context.Context) ([]reason.Why, error) {
	d, err := x.decide(ctx)
	if err != nil {
		return []reason.Why{failing(reason.Build, x.title, err, x.names)}, nil
	}
	if x.runs, err = x.store.OpenRuns(ctx, x.snap.Build.ID); err != nil {
		return nil, err
	}
	if x.notes, err = x.store.StepNotes(ctx, x.snap.Build.ID); err != nil {
		return nil, err
	}
	first, err := x.itself(ctx, len(d.Commands) > 0)
	if err != nil {
		return nil, err
	}
	steps, err := x.steps(ctx, d)
	return append([]reason.Why{first}, steps...), err
}

func (x *buildExplainer) decide(ctx context.Context) (build.Decision, error) {
	ix, err := x.r.index(ctx, x.snap.Build.PipelineID, x.snap.Build.Revision)
	if err != nil {
		return build.Decision{}, err
	}
	s, err := x.r.buildState(x.snap, ix)
	if err != nil {
		return build.Decision{}, err
	}
	return build.Decide(s, build.Options{Now: x.snap.Now, Jitter: x.r.Rand(), Eval: x.r.Eval}), nil
}

// itself is what the build as a whole waits for.
func (x *buildExplainer) itself(ctx context.Context, due bool) (reason.Why, error) {
	b := x.snap.Build
	switch {
	case due:
		return x.due(ctx, reason.Build, x.title, state.BuildKey(b.ID), "its next steps are to be taken", x.names)
	case b.AbortRequestedBy != "":
		return reason.New(reason.Build, x.title, reason.Aborting, b.AbortRequestedBy+" asked for its end", x.names...), nil
	}
	open := 0
	for _, n := range x.notes {
		if !n.Ended {
			open++
		}
	}
	return reason.New(reason.Build, x.title, "Running", fmt.Sprintf("it runs: %d of its %d steps have ended", len(x.notes)-open, len(x.notes)), x.names...), nil
}

// steps are what the decider says of each, and of one with an open run where that
// is.
func (x *buildExplainer) steps(ctx context.Context, d build.Decision) ([]reason.Why, error) {
	var subjects []string
	for _, n := range x.notes {
		subjects = append(subjects, "step/"+x.snap.Build.ID+"/"+n.Path)
	}
	since, err := x.store.WaitingSince(ctx, subjects...)
	if err != nil {
		return nil, err
	}
	var out []reason.Why
	for i, n := range x.notes {
		if n.Ended {
			continue
		}
		w, err := x.step(ctx, n, d)
		if err != nil {
			return nil, err
		}
		if w.Reason == "" {
			continue
		}
		if at, ok := since[subjects[i]+" "+w.Reason]; ok {
			w.Since = at
		}
		w.Path = n.Path
		out = append(out, w)
	}
	return out, nil
}

func (x *buildExplainer) step(ctx context.Context, n state.StepNote, d build.Decision) (reason.Why, error) {
	subject, names := stepTitle(n), append(slices.Clone(x.names), "step", shell(n.Name))
	if i := slices.IndexFunc(x.runs, func(r state.RunPlace) bool { return r.Path == n.Path }); i >= 0 {
		return x.run(ctx, subject, x.runs[i], &x.places, names)
	}
	if i := slices.IndexFunc(d.Waits, func(w build.Wait) bool { return w.Path == n.Path }); i >= 0 {
		return reason.New(reason.Step, subject, string(d.Waits[i].Reason), d.Waits[i].Message, names...), nil
	}
	return reason.Why{}, nil // it is inside of, or after, one that is there
}

func stepTitle(n state.StepNote) string {
	if n.Name == "" {
		return n.Kind + " " + n.Path
	}
	return fmt.Sprintf("%s %q", n.Kind, n.Name)
}

package reconciler

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/build"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// build looks at a build: what comes next?
func (r *Reconciler) build(ctx context.Context, c state.Claim) (time.Time, error) {
	snap, err := r.store.LoadBuild(ctx, c.Key.ID())
	if err != nil || snap.Build.Status.Terminal() {
		return time.Time{}, err
	}
	ix, err := r.index(ctx, snap.Build.PipelineID, snap.Build.Revision)
	if err != nil {
		return time.Time{}, err
	}
	before, err := r.buildState(snap, ix)
	if err != nil {
		return time.Time{}, err
	}
	d := build.Decide(before, build.Options{Now: snap.Now, Jitter: r.Rand(), Eval: r.Eval})
	if len(d.Commands) == 0 && len(conditions(snap, d.Waits)) == 0 {
		return d.Wake, nil
	}
	ch, err := r.buildChange(ctx, snap, ix, before, d)
	if err != nil {
		return time.Time{}, err
	}
	return d.Wake, r.store.CommitBuild(ctx, c, snap, ch)
}

func (r *Reconciler) buildState(snap state.BuildSnapshot, ix *index) (build.State, error) {
	b := snap.Build
	job, ok := ix.jobSpec(b.JobID)
	if !ok && b.Status == state.BuildRunning {
		return build.State{}, fmt.Errorf("build %s: %s is not in revision %d", b.ID, b.Job, b.Revision)
	}
	s := build.State{
		Build: build.Build{
			ID: b.ID, JobID: b.JobID, Number: b.Number, Team: b.Team, Pipeline: b.Pipeline, Job: b.Job.Name(), CreatedBy: b.CreatedBy,
			ExternalURL: r.ExternalURL, Status: b.Status, AbortRequestedBy: b.AbortRequestedBy, AbortForcedBy: b.AbortForcedBy, Params: b.Params,
			URL: protocol.BuildURL(r.ExternalURL, b.Team, b.Pipeline, b.Job.Name(), b.Number),
		},
		Job: job, Inputs: snap.Inputs, Answers: snap.Answers, Sets: setsOf(snap.Sets), Steps: map[string]build.Step{}, Runs: map[string][]build.Run{}, Artifacts: map[string]build.Artifact{},
	}
	s.Resources, s.Types = namedBy(job, ix)
	s.Sources = ix.sources
	for path, st := range snap.Steps {
		s.Steps[path] = build.Step{Status: st.Status, Attempt: st.Attempt, StartedAt: st.StartedAt, RetryAt: st.RetryAt, Message: st.Message, Fault: st.Fault}
	}
	for _, run := range snap.Runs {
		s.Runs[run.Path] = append(s.Runs[run.Path], buildRun(run))
	}
	for _, a := range snap.Artifacts {
		s.Artifacts[a.Name] = build.Artifact{Run: a.Run, Worker: a.Worker, Volume: a.Volume}
	}
	s.Before = beforeOf(snap.Before)
	for _, i := range snap.Images {
		if s.Images == nil {
			s.Images = map[build.ImageOf]string{}
		}
		s.Images[build.ImageOf{Path: i.Path, Ref: i.Ref}] = i.Digest
	}
	for _, f := range snap.Fetches {
		s.Fetches = append(s.Fetches, build.Fetch{Key: f.Key, Artifact: build.Artifact{Run: f.Run, Worker: f.Worker, Volume: f.Volume}, Tags: f.Tags})
	}
	return s, nil
}

func buildRun(run state.RunRow) build.Run {
	return build.Run{
		ID: run.ID, Attempt: run.Attempt, Status: run.Status, Worker: run.Worker, KillRequested: run.KillRequested, Started: run.Started,
		ExitCode: run.ExitCode, Message: run.Message, Infra: run.Infra, TimedOut: run.TimedOut, Result: run.Result, Loose: run.Loose,
	}
}

// namedBy are the resources that a job names, and their types, with those that their
// images come from.
func namedBy(job graph.Job, ix *index) (map[graph.Address]graph.Resource, map[graph.Address]graph.ResourceType) {
	resources, types := map[graph.Address]graph.Resource{}, map[graph.Address]graph.ResourceType{}
	for _, a := range ix.needs(job) {
		res, _ := ix.resource(a)
		resources[a] = res
		if typ, ok := ix.resourceType(res); ok {
			types[res.TypeRef] = typ
		}
	}
	return resources, types
}

// buildChange is a decision as rows.
func (r *Reconciler) buildChange(ctx context.Context, snap state.BuildSnapshot, ix *index, before build.State, d build.Decision) (state.BuildChange, error) {
	t := translator{snap: snap, ix: ix, after: before.Clone(), touched: map[string]bool{}}
	for _, cmd := range d.Commands {
		if err := build.Apply(&t.after, cmd, snap.Now); err != nil {
			return t.ch, fmt.Errorf("build %s: %w", snap.Build.ID, err)
		}
		if err := t.command(cmd); err != nil {
			return t.ch, fmt.Errorf("build %s: %w", snap.Build.ID, err)
		}
	}
	t.steps(before)
	t.ch.Conditions = conditions(snap, d.Waits)
	if err := r.setPipelines(ctx, snap, d.Commands, &t.ch); err != nil {
		return t.ch, err
	}
	return t.ch, r.whoElse(ctx, snap, &t.ch)
}

// translator turns commands into a change.
type translator struct {
	snap    state.BuildSnapshot
	ix      *index
	after   build.State
	touched map[string]bool
	ch      state.BuildChange
}

func (t *translator) command(cmd build.Command) error {
	switch c := cmd.(type) {
	case build.AddSteps:
		t.ch.Seeds = append(t.ch.Seeds, seeds(c.Steps)...)
	case build.StartStep:
		t.touched[c.Path] = true
	case build.RetryStep:
		t.touched[c.Path] = true
	case build.FinishStep:
		t.touched[c.Path] = true
	case build.SkipSteps:
		for _, p := range c.Paths {
			t.touched[p] = true
		}
	case build.AskApproval:
		t.touched[c.Path] = true
		t.ch.Approvals = append(t.ch.Approvals, state.ApprovalAsked{Path: c.Path, Message: c.Message, Approvers: c.Approvers, Expires: c.Expires})
	case build.StartRun:
		return t.run(c)
	case build.KillRun:
		t.ch.Kills = append(t.ch.Kills, c.ID)
	case build.AbandonRun:
		t.ch.Abandon = append(t.ch.Abandon, c.ID)
	case build.SaveVersion:
		return t.version(c)
	case build.SetPipeline: // see setPipelines
	case build.AddArtifact:
		t.ch.Artifacts = slices.DeleteFunc(t.ch.Artifacts, func(a state.ArtifactRow) bool { return a.Name == c.Name })
		t.ch.Artifacts = append(t.ch.Artifacts, state.ArtifactRow{Name: c.Name, Run: c.Artifact.Run, Worker: c.Artifact.Worker, Volume: c.Artifact.Volume, Fetch: c.Fetch, Reused: c.Reused})
	case build.FinishBuild:
		t.ch.Status, t.ch.Message, t.ch.Fault = c.Status, c.Message, c.Fault
	default:
		return fmt.Errorf("%T: nobody does this", cmd)
	}
	return nil
}

func (t *translator) run(c build.StartRun) error {
	task, err := proto.MarshalOptions{Deterministic: true}.Marshal(c.Task)
	if err != nil {
		return fmt.Errorf("the task of %s: %w", c.Path, err)
	}
	t.ch.Runs = append(t.ch.Runs, state.NewRun{ID: c.ID, Path: c.Path, Kind: c.Kind, Attempt: c.Attempt, Task: task, Tags: c.Tags, Worker: c.Worker, Hidden: c.Hidden, Asks: t.asks(c)})
	return nil
}

// asks is what a run asks of its worker. The limits of a task and of what runs
// beside it are kept for it.
func (t *translator) asks(c build.StartRun) state.Asks {
	a := state.Asks{Platform: c.Platform, CPU: c.Task.CpuMillis, Memory: c.Task.MemoryBytes, Loose: c.Loose(), Interruptible: t.after.Job.Interruptible}
	for _, s := range c.Task.Services {
		a.CPU, a.Memory = a.CPU+s.CpuMillis, a.Memory+s.MemoryBytes
	}
	return a
}

func (t *translator) version(c build.SaveVersion) error {
	metadata, err := json.Marshal(c.Answer.Metadata)
	if err != nil || c.Answer.Metadata == nil {
		metadata = []byte("[]")
	}
	o := t.ix.byAddress[graph.Address(c.Resource)]
	t.ch.Versions = append(t.ch.Versions, state.NewVersion{
		Step: c.Name, ResourceID: o.ID, ScopeKey: o.ScopeKey, Version: c.Answer.Version, Metadata: metadata, Output: c.Output,
	})
	return nil
}

// steps are the rows that commands touched, each from what it was to what it is.
func (t *translator) steps(before build.State) {
	for _, path := range slices.Sorted(maps.Keys(t.touched)) {
		from, there := before.Steps[path]
		if !there {
			from = build.Step{Status: state.StepWaiting}
		}
		t.ch.Steps = append(t.ch.Steps, state.StepChange{Path: path, From: stepRow(from), To: stepRow(t.after.Steps[path])})
	}
}

func stepRow(s build.Step) state.StepRow {
	return state.StepRow{Status: s.Status, Attempt: s.Attempt, StartedAt: s.StartedAt, RetryAt: s.RetryAt, Message: s.Message, Fault: s.Fault}
}

func seeds(in []build.Seed) []state.StepSeed {
	out := make([]state.StepSeed, len(in))
	for i, s := range in {
		out[i] = state.StepSeed{Path: s.Path, Kind: string(s.Kind), Name: s.Name, Ord: s.Ord}
	}
	return out
}

// conditions are the waits that are worth a row: a retry, a limit, an approval, an end. That a step
// waits for the one before it is plain to see.
func conditions(snap state.BuildSnapshot, waits []build.Wait) []state.Condition {
	var out []state.Condition
	for _, w := range waits {
		if w.Reason == build.WaitRetry || w.Reason == build.WaitLimit || w.Reason == build.WaitApproval || w.Reason == build.WaitEnd {
			out = append(out, state.Condition{Subject: "step/" + snap.Build.ID + "/" + w.Path, Reason: string(w.Reason), Message: w.Message})
		}
	}
	return out
}

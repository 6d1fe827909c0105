package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// ObjectsAt implements reconciler.Jobs. There is one revision.
func (db *DB) ObjectsAt(context.Context, string, int64) ([]state.Object, error) {
	return db.objects, nil
}

func (db *DB) object(id string) state.Object {
	return db.objects[slices.IndexFunc(db.objects, func(o state.Object) bool { return o.ID == id })]
}

// LoadJob implements reconciler.Jobs.
func (db *DB) LoadJob(_ context.Context, id string) (state.JobSnapshot, error) {
	snap := state.JobSnapshot{Now: db.Now, Job: state.JobRow{ID: id, TeamID: "main", Pipeline: "demo", LastTick: db.jobs[id].tick, PipelineID: pipeline, Address: db.object(id).Address, Revision: 1, ChangedRevision: 1, Paused: db.jobs[id].paused, PipelinePaused: db.rules.paused, PipelineArchived: db.rules.archived}}
	db.looked[id] = db.step
	snap.Open = db.open([]string{id})
	db.Between()
	return snap, nil
}

func (db *DB) open(jobs []string) []state.OpenBuild {
	var out []state.OpenBuild
	for i, b := range db.builds { // as they were made
		if slices.Contains(jobs, b.row.JobID) && !b.row.Status.Terminal() {
			out = append(out, state.OpenBuild{ID: b.row.ID, JobID: b.row.JobID, Number: b.row.Number, Status: b.row.Status, AbortRequested: b.row.AbortRequestedBy != "", Cause: b.cause, Revision: 1, Fixed: fixed(b), Created: time.Unix(int64(i), 0)})
		}
	}
	return out
}

// queued are the builds that wait for nothing but a group, of each job the oldest.
func (db *DB) queued(jobs []string) []state.OpenBuild {
	var out []state.OpenBuild
	for _, b := range db.open(jobs) {
		held := db.build(b.ID).held
		waits := b.Status == state.BuildPending && !b.AbortRequested && (held == "" || held == "SerialGroup" || held == "MaxInFlight")
		if waits && !slices.ContainsFunc(out, func(o state.OpenBuild) bool { return o.JobID == b.JobID }) {
			out = append(out, b)
		}
	}
	return out
}

// LoadInputs implements reconciler.Jobs.
func (db *DB) LoadInputs(_ context.Context, q state.InputQuery) (state.InputFacts, error) {
	facts := state.InputFacts{Inputs: make([]state.InputFact, len(q.Inputs))}
	for i, in := range q.Inputs {
		facts.Inputs[i] = db.inputFact(q.JobID, in)
	}
	for _, b := range db.open(q.GroupJobs) {
		if b.Status == state.BuildRunning {
			facts.Busy = append(facts.Busy, b)
		}
	}
	facts.Queued = db.queued(q.GroupJobs)
	facts.Rivals = db.rivals(q.Key)
	db.Between()
	return facts, nil
}

// CommitJob implements reconciler.Jobs.
func (db *DB) CommitJob(_ context.Context, c state.Claim, ch state.JobChange) error {
	db.Between()
	if err := db.fence(c); err != nil {
		return err
	}
	if len(ch.Start) > 0 && len(ch.Groups) > 0 {
		for _, b := range db.open(ch.GroupJobs) {
			if b.Status == state.BuildRunning {
				return state.ErrConflict
			}
		}
	}
	if err := db.mayStart(ch); err != nil {
		return err
	}
	for _, s := range ch.Start {
		if b := db.build(s.ID); s.ID != "" && (b.row.Status != state.BuildPending || b.row.AbortRequestedBy != "") {
			return state.ErrConflict
		}
	}
	first := db.queued([]string{ch.Job.ID})
	db.queueUp(ch)
	for _, s := range ch.Start {
		db.start(ch.Job.ID, s)
	}
	for id, message := range ch.Errored {
		db.Errors = append(db.Errors, fmt.Errorf("build %s: %s", id, message))
	}
	db.hold(ch)
	db.behind(ch, first)
	return nil
}

// behind has the jobs looked at that waited for a build which holds nobody up from
// now on, because it waits for something else than its group.
func (db *DB) behind(ch state.JobChange, first []state.OpenBuild) {
	if len(first) == 0 || db.build(first[0].ID).row.Status == state.BuildRunning {
		return
	}
	if now := db.queued([]string{ch.Job.ID}); len(now) > 0 && now[0].ID == first[0].ID {
		return
	}
	for _, id := range ch.GroupJobs {
		db.enqueue(state.JobKey(id))
	}
}

func (db *DB) start(jobID string, s state.BuildStart) {
	b := db.build(s.ID)
	if b == nil {
		b = db.newBuild(jobID, "version")
	}
	db.Errors = append(db.Errors, db.obeysRules(b, s)...)
	b.row.Status, b.inputs = state.BuildRunning, s.Inputs
	b.seed(s.Seeds)
	db.enqueue(state.BuildKey(b.row.ID))
}

func (db *DB) newBuild(jobID, cause string) *buildRows {
	j := db.jobs[jobID]
	b := &buildRows{cause: cause, steps: map[string]state.StepRow{}, names: map[string]string{}, asked: map[string]bool{}, answers: map[string]state.ApprovalAnswer{}, row: state.BuildRow{
		ID: db.newID(), JobID: jobID, PipelineID: pipeline, Team: "main", Pipeline: "demo", Job: db.object(jobID).Address,
		Number: j.next, Revision: 1, CurrentRevision: 1, Status: state.BuildPending,
	}}
	j.next++
	db.builds = append(db.builds, b)
	return b
}

// fixed are the inputs that a build has before it starts.
func fixed(b *buildRows) []state.BuildInput {
	if b.row.Status != state.BuildPending {
		return nil
	}
	return b.inputs
}

func (db *DB) spec(jobID string) graph.Job {
	j, _ := db.object(jobID).Spec.(graph.Job)
	return j
}

package sim

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/weirci/weir/state"
)

// buildRows are a build and what hangs from it.
type buildRows struct {
	row       state.BuildRow
	cause     string
	inputs    []state.BuildInput
	outputs   []version
	steps     map[string]state.StepRow
	artifacts []state.ArtifactRow
	ended     time.Time
	tick      time.Time         // that made it
	held      string            // why it waits, the reason of its condition
	of        *buildRows        // that it does again
	names     map[string]string // of steps
	asked     map[string]bool   // paths of steps that ask people
	answers   map[string]state.ApprovalAnswer
	abortedAt int64 // the step of the history; 0: not
	looked    int64 // the step at which it was loaded last
}

type run struct {
	row   state.RunRow
	build *buildRows // nil: a check
	scope string
	kind  string
	task  []byte
	needs string
	tags  []string
	epoch int64           // how often it was given to a worker
	said  *message        // how it ends; nil: not yet
	ended state.RunStatus // that was seen
}

func (db *DB) run(id string) *run {
	i := slices.IndexFunc(db.runs, func(r *run) bool { return r.row.ID == id })
	if i < 0 {
		return nil
	}
	return db.runs[i]
}

func (db *DB) build(id string) *buildRows {
	i := slices.IndexFunc(db.builds, func(b *buildRows) bool { return b.row.ID == id })
	if i < 0 {
		return nil
	}
	return db.builds[i]
}

// LoadBuild implements reconciler.Builds.
func (db *DB) LoadBuild(_ context.Context, id string) (state.BuildSnapshot, error) {
	b := db.build(id)
	if b == nil {
		return state.BuildSnapshot{}, state.ErrNotFound
	}
	snap := state.BuildSnapshot{Now: db.Now, Build: b.row, Steps: maps.Clone(b.steps), Inputs: map[string]map[string]string{}, Artifacts: slices.Clone(b.artifacts), Answers: maps.Clone(b.answers), Before: db.before(b)}
	b.looked = db.step
	for _, in := range b.inputs {
		snap.Inputs[in.Name] = db.version(in.VersionID).version
	}
	for _, r := range db.runs {
		if r.build == b {
			snap.Runs = append(snap.Runs, r.row)
		}
	}
	db.Between()
	return snap, nil
}

// CommitBuild implements reconciler.Builds.
func (db *DB) CommitBuild(_ context.Context, c state.Claim, snap state.BuildSnapshot, ch state.BuildChange) error {
	db.Between()
	if err := db.fence(c); err != nil {
		return err
	}
	b := db.build(snap.Build.ID)
	if err := mayMove(b, ch); err != nil {
		return err
	}
	if !db.stillKept(ch) {
		return state.ErrConflict
	}
	b.seed(ch.Seeds)
	for _, s := range ch.Steps {
		b.steps[s.Path] = s.To
	}
	db.newRuns(b, ch.Runs)
	for _, a := range ch.Approvals {
		b.asked[a.Path] = true
	}
	db.kill(ch.Kills)
	db.abandon(ch.Abandon)
	db.keep(b, ch.Versions)
	for _, a := range ch.Artifacts {
		b.artifacts = slices.DeleteFunc(b.artifacts, func(x state.ArtifactRow) bool { return x.Name == a.Name })
		b.artifacts = append(b.artifacts, a)
	}
	if ch.Status != "" {
		b.row.Status, b.ended = ch.Status, db.Now
	}
	db.enqueue(append(ch.Enqueue, state.KeyPlace)...)
	db.Errors = append(db.Errors, db.obeysAbort(b, snap, ch)...)
	return nil
}

func (b *buildRows) seed(seeds []state.StepSeed) {
	for _, s := range seeds {
		if _, there := b.steps[s.Path]; !there {
			b.steps[s.Path], b.names[s.Path] = state.StepRow{Status: state.StepWaiting}, s.Name
		}
	}
}

// stillKept: what a build takes over from another is there.
func (db *DB) stillKept(ch state.BuildChange) bool {
	return !slices.ContainsFunc(ch.Artifacts, func(a state.ArtifactRow) bool { return a.Reused && !db.kept(a) })
}

// mayMove refuses where a row is not as it was when this was decided.
func mayMove(b *buildRows, ch state.BuildChange) error {
	seeded := map[string]bool{}
	for _, s := range ch.Seeds {
		seeded[s.Path] = true
	}
	for _, s := range ch.Steps {
		if row, there := b.steps[s.Path]; there && row.Status != s.From.Status || !there && !seeded[s.Path] {
			return state.ErrConflict
		}
	}
	if ch.Status != "" && b.row.Status.Move(ch.Status) != nil {
		return state.ErrConflict
	}
	return nil
}

func (db *DB) newRuns(b *buildRows, runs []state.NewRun) {
	for _, n := range runs {
		if slices.ContainsFunc(db.runs, func(r *run) bool { return r.row.ID == n.ID }) {
			continue
		}
		db.runs = append(db.runs, &run{
			row:   state.RunRow{ID: n.ID, Path: n.Path, Attempt: n.Attempt, Status: state.RunUnplaced, Created: db.Now},
			build: b, kind: n.Kind, task: n.Task, needs: n.Worker, tags: n.Tags,
		})
	}
}

func (db *DB) kill(ids []string) {
	for _, r := range db.runs {
		if slices.Contains(ids, r.row.ID) && !r.row.Status.Terminal() {
			r.row.KillRequested = true
		}
	}
}

func (db *DB) abandon(ids []string) {
	for _, r := range db.runs {
		switch {
		case !slices.Contains(ids, r.row.ID) || r.row.Status.Terminal():
		case r.row.Status == state.RunUnplaced:
			r.row.Status = state.RunExited
		default:
			r.row.Status = state.RunLost
		}
	}
}

func (db *DB) keep(b *buildRows, versions []state.NewVersion) {
	for _, v := range versions {
		for _, s := range db.scopes {
			if s.key != v.ScopeKey {
				continue
			}
			row := s.see(db, v.Version, v.Output)
			if v.Output {
				b.outputs = append(b.outputs, row)
			}
		}
	}
}

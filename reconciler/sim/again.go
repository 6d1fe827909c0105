package sim

import (
	"maps"
	"slices"

	"github.com/weirci/weir/state"
)

// What state/postgres/again.go and approval.go do.

// again makes a build that does another one again.
func (db *DB) again(of *buildRows, cause string) *buildRows {
	b := db.newBuild(of.row.JobID, cause)
	b.inputs, b.of = slices.Clone(of.inputs), of
	for i := range b.inputs {
		b.inputs[i].First = false
	}
	db.enqueue(state.JobKey(of.row.JobID))
	return b
}

// before is what is left of the build that one resumes.
func (db *DB) before(b *buildRows) *state.BuildBefore {
	if b.cause != "resume" {
		return nil
	}
	out := &state.BuildBefore{ID: b.of.row.ID, Number: b.of.row.Number, Answers: map[string][]byte{}}
	for _, path := range slices.Sorted(maps.Keys(b.of.steps)) {
		out.Steps = append(out.Steps, state.StepBefore{Path: path, Name: b.of.names[path], Status: b.of.steps[path].Status})
	}
	for _, a := range b.of.artifacts {
		if r := db.run(a.Run); r != nil && db.kept(a) {
			out.Artifacts = append(out.Artifacts, state.ArtifactBefore{ArtifactRow: a, Path: r.row.Path, Kind: r.kind})
		}
	}
	chain := []*buildRows{b.of}
	for last := b.of; last.cause == "resume"; last = last.of {
		chain = append(chain, last.of)
	}
	for _, x := range slices.Backward(chain) {
		for _, r := range db.runs {
			if r.build == x && r.kind == "put" && r.row.ExitCode != nil && *r.row.ExitCode == 0 {
				out.Answers[r.row.Path] = r.row.Result
			}
		}
	}
	return out
}

// kept says that the volume of an artifact is still there.
func (db *DB) kept(a state.ArtifactRow) bool {
	w, r := db.worker(a.Worker), db.run(a.Run)
	return w.row.Status == state.WorkerRunning && r != nil && r.row.Created.After(w.emptied)
}

// answer is the first answer to a step, while it still asks.
func (db *DB) answer(b *buildRows, path string, approved bool) {
	if _, answered := b.answers[path]; answered || b.steps[path].Status != state.StepBlocked {
		return
	}
	b.answers[path] = state.ApprovalAnswer{Approved: approved, By: "ann"}
	db.enqueue(state.BuildKey(b.row.ID))
}

package sim

import (
	"cmp"
	"context"
	"slices"

	"github.com/weirci/weir/state"
)

// How much of the past is told at once: little, so that decisions have to ask.
const (
	someNewest = 2
	someUnused = 2
	someHad    = 1
)

// inputFact is what is known about an input.
func (db *DB) inputFact(jobID string, in state.InputWanted) state.InputFact {
	var f state.InputFact
	for _, b := range db.builds {
		for _, had := range b.inputs {
			if b.row.JobID == jobID && had.Name == in.Name {
				f.Used = append(f.Used, had.VersionID)
				if f.Baseline == 0 {
					f.Baseline = had.VersionID
				}
			}
		}
	}
	f.Disabled = int64(len(db.rules.disabled[in.ResourceID]))
	if pin := db.rules.pins[in.ResourceID]; pin != nil && !in.Pinned {
		f.Pin = state.HandPin{Version: pin, By: "ann"}
	}
	var all []state.VersionRow
	for _, s := range db.scopes {
		if s.key == in.ScopeKey {
			f.CheckError, f.EverEnded = s.lastError, s.checked
			for _, v := range s.versions {
				if db.allowed(in, v) && db.passedAll(in, v) {
					all = append(all, state.VersionRow{ID: v.id, Order: v.order, Version: v.version})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b state.VersionRow) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID)) })
	switch {
	case in.Among != nil:
		f.Versions = slices.DeleteFunc(all, func(v state.VersionRow) bool { return !slices.Contains(in.Among, v.ID) })
		return f
	case in.Newest < 0:
		return f
	}
	for _, v := range slices.Backward(all) {
		if f.More = len(f.Versions) == cmp.Or(in.Newest, someNewest); f.More {
			break
		}
		f.Versions = append(f.Versions, v)
	}
	for _, v := range all {
		if !in.Every || f.Baseline == 0 || v.ID <= f.Baseline || slices.Contains(f.Used, v.ID) {
			continue
		}
		if f.UnusedMore = len(f.Unused) == cmp.Or(in.Unused, someUnused); f.UnusedMore {
			break
		}
		f.Unused = append(f.Unused, v)
	}
	return f
}

func (db *DB) passedAll(in state.InputWanted, v version) bool {
	for _, job := range in.Passed {
		if len(db.thatHad(state.HadVersion{JobID: job, ResourceID: in.ResourceID, VersionID: v.id})) == 0 {
			return false
		}
	}
	return v.order > 0 || len(in.Passed) > 0
}

// thatHad are the succeeded builds that had all of some versions, newest first.
func (db *DB) thatHad(all ...state.HadVersion) []*buildRows {
	var out []*buildRows
	for _, b := range slices.Backward(db.builds) {
		if b.row.JobID == all[0].JobID && b.row.Status == state.BuildSucceeded && !slices.ContainsFunc(all, func(h state.HadVersion) bool {
			return !slices.Contains(b.passage(h.ResourceID), h.VersionID)
		}) {
			out = append(out, b)
		}
	}
	return out
}

// passage are the versions of a resource that a build had or made.
func (b *buildRows) passage(resource string) []int64 {
	var out []int64
	for _, in := range b.inputs {
		if in.ResourceID == resource {
			out = append(out, in.VersionID)
		}
	}
	for _, v := range b.outputs {
		if v.resource == resource {
			out = append(out, v.id)
		}
	}
	return out
}

// LoadVersions implements reconciler.Jobs.
func (db *DB) LoadVersions(_ context.Context, q state.InputQuery) ([]state.InputFact, error) {
	var out []state.InputFact
	for _, in := range q.Inputs {
		out = append(out, db.inputFact(q.JobID, in))
	}
	db.Between()
	return out, nil
}

// LoadPast implements reconciler.Jobs.
func (db *DB) LoadPast(_ context.Context, q state.PastQuery) (state.PastFacts, error) {
	var facts state.PastFacts
	for _, h := range q.Had {
		had := state.HadBuilds{}
		for _, b := range db.thatHad(h) {
			if had.More = len(had.Builds) == someHad; had.More {
				break
			}
			p := state.PassedBuild{ID: b.row.ID, Versions: map[string][]int64{}}
			for _, r := range q.Resources {
				p.Versions[r] = b.passage(r)
			}
			had.Builds = append(had.Builds, p)
		}
		facts.Had = append(facts.Had, had)
	}
	for _, all := range q.Together {
		facts.Together = append(facts.Together, len(db.thatHad(all...)) > 0)
	}
	db.Between()
	return facts, nil
}

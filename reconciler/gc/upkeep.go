package gc

import "time"

// Upkeep says how long things stay that are neither builds nor on workers.
type Upkeep struct {
	Versions  VersionRule
	Scopes    time.Duration // those that no resource wants any more, with their versions
	Revisions int           // the newest of each pipeline
	Archived  time.Duration // pipelines, after they were archived; 0: for ever
}

// DefaultUpkeep is what a server uses that is not told otherwise.
func DefaultUpkeep() Upkeep {
	return Upkeep{Versions: VersionRule{Newest: 1000, Days: 365}, Scopes: 7 * 24 * time.Hour, Revisions: 100}
}

// Revision is one of a pipeline. Needed: a build runs it or has run it, or it says
// who changed a node last.
type Revision struct {
	Pipeline       string
	Number, Newest int64 // Newest: the pipeline's own
	Needed         bool
}

// OverRevisions are those that are neither of the newest so many nor needed. The one
// that a pipeline is at never goes.
func (u Upkeep) OverRevisions(revisions []Revision) []Revision {
	var out []Revision
	for _, r := range revisions {
		if !r.Needed && r.Number <= r.Newest-int64(max(u.Revisions, 1)) {
			out = append(out, r)
		}
	}
	return out
}

// Idle is something that waits for its end since a time: a scope that no resource
// wants, a pipeline that is archived. Used: something speaks of it, or of it runs.
type Idle struct {
	ID    string
	Since time.Time
	Used  bool
}

// OverScopes are the ids of scopes that nobody came back to.
func (u Upkeep) OverScopes(scopes []Idle, now time.Time) []string { return over(scopes, u.Scopes, now) }

// OverArchives are the ids of pipelines that were archived for long enough.
func (u Upkeep) OverArchives(pipelines []Idle, now time.Time) []string {
	if u.Archived <= 0 {
		return nil
	}
	return over(pipelines, u.Archived, now)
}

func over(all []Idle, keep time.Duration, now time.Time) []string {
	var out []string
	for _, i := range all {
		if !i.Used && now.Sub(i.Since) >= keep {
			out = append(out, i.ID)
		}
	}
	return out
}

package state

import "time"

// UpkeepQuery says what is old enough to be looked at.
type UpkeepQuery struct {
	ScopesUnused time.Duration // for so long
	Revisions    int           // of each pipeline, that are not old
	Archived     time.Duration // for so long; 0: none is looked at
	Most         int           // of each
}

// UpkeepSnapshot is what may have to go.
type UpkeepSnapshot struct {
	Now       time.Time
	Scopes    []IdleRow
	Archives  []IdleRow
	Revisions []OldRevision
}

// IdleRow is a scope or a pipeline that nobody uses, and since when.
type IdleRow struct {
	ID    string
	Since time.Time
}

// OldRevision is a revision that nothing refers to, and the one its pipeline is at.
type OldRevision struct {
	PipelineID     string
	Number, Newest int64
}

// UpkeepChange is what a decision about them does.
type UpkeepChange struct {
	Scopes    []string // ids
	Archives  []string // ids of pipelines
	Revisions []OldRevision
}

// OldVersionsOf asks for versions of a scope that a rule may not keep any more. A
// job that takes every version is named with where those begin.
type OldVersionsOf struct {
	ScopeID string
	Newest  int64     // they are below this place,
	Before  time.Time // were not seen since,
	After   int64     // and have higher ids
	Every   []EveryGet
	Most    int
}

// EveryGet is an input that is to have every version of its resource.
type EveryGet struct{ JobID, Name string }

// OldVersion is one of them, and who speaks of it.
type OldVersion struct {
	ID, Order                      int64
	Version                        map[string]string
	Seen                           time.Time
	OfBuild, Passed, Disabled, Due bool
}

// ScopeVersions is a scope and the place of the oldest of its newest so many
// versions; Old: it has others.
type ScopeVersions struct {
	ID     string
	Newest int64
	Old    bool
}

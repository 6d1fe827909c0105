package reconciler

import (
	"context"
	"time"

	"github.com/weirci/weir/state"
)

// Store is what a reconciler needs of the store, role by role. Every Commit does
// all of a decision or nothing; it gives state.ErrFenced where another holder has
// the key, and state.ErrConflict where the rows are not as they were any more.
type Store interface {
	Queue
	Builds
	Jobs
	Scopes
	Places
	Workers
	Garbage
	History
	Upkeep
	Notifications
}

// Queue is the reconcile queue.
type Queue interface {
	Claim(ctx context.Context, holder string, n int, lease time.Duration) ([]state.Claim, error)
	Extend(ctx context.Context, lease time.Duration, claims ...state.Claim) (lost []state.Claim, err error)
	Release(ctx context.Context, c state.Claim, next time.Time) error
	ReleaseFailed(ctx context.Context, c state.Claim, delay time.Duration, cause error) error
	Sweep(ctx context.Context) (int64, error)
}

// Builds is what a build's decider needs.
type Builds interface {
	LoadBuild(ctx context.Context, id string) (state.BuildSnapshot, error)
	CommitBuild(ctx context.Context, c state.Claim, snap state.BuildSnapshot, ch state.BuildChange) error
}

// Jobs is what a job's decider needs.
type Jobs interface {
	LoadJob(ctx context.Context, id string) (state.JobSnapshot, error)
	LoadInputs(ctx context.Context, q state.InputQuery) (state.InputFacts, error)
	LoadVersions(ctx context.Context, q state.InputQuery) ([]state.InputFact, error)
	LoadPast(ctx context.Context, q state.PastQuery) (state.PastFacts, error)
	ObjectsAt(ctx context.Context, pipelineID string, revision int64) ([]state.Object, error)
	WaitingForKey(ctx context.Context, teamID, key string) ([]string, error)
	CommitJob(ctx context.Context, c state.Claim, ch state.JobChange) error
}

// Scopes is what a scope's decider needs.
type Scopes interface {
	LoadScope(ctx context.Context, id string) (state.ScopeSnapshot, error)
	KnownVersions(ctx context.Context, scopeID string, versions []map[string]string) (orders map[string]int64, most int64, err error)
	ScopeUsers(ctx context.Context, id string, keys ...string) ([]state.ResourceUser, error)
	CommitScope(ctx context.Context, c state.Claim, ch state.ScopeChange) error
}

// Places is what placing needs.
type Places interface {
	LoadPlaces(ctx context.Context, want state.PlaceQuery) (state.PlaceSnapshot, error)
	RunTasks(ctx context.Context, ids []string) (map[string][]byte, error)
	CommitPlaces(ctx context.Context, c state.Claim, ch state.PlaceChange) error
}

// Workers is what the watch over workers needs.
type Workers interface {
	LoadWorker(ctx context.Context, id string) (w state.WorkerRow, now time.Time, err error)
	StallWorker(ctx context.Context, c state.Claim, w state.WorkerRow, message string) error
	LoseRuns(ctx context.Context, c state.Claim, w state.WorkerRow, message string) error
}

// Garbage is what collecting garbage needs.
type Garbage interface {
	LoadGarbage(ctx context.Context, keep state.GarbageKeep) (state.GarbageSnapshot, error)
	CommitGarbage(ctx context.Context, c state.Claim, snap state.GarbageSnapshot, ch state.GarbageChange) error
	PackLogs(ctx context.Context, c state.Claim, before time.Time) (more bool, err error)
	SealAudit(ctx context.Context) (more bool, err error)
	ForgetAudit(ctx context.Context, older time.Duration) (more bool, err error)
}

// History is what deleting old builds needs.
type History interface {
	LoadRetention(ctx context.Context, after string, most int) (jobs []state.RetentionJob, now time.Time, err error)
	OldBuilds(ctx context.Context, jobs []state.OldBuildsOf, reaped bool, most int) ([]state.OldBuild, error)
	CommitRetention(ctx context.Context, c state.Claim, ch state.RetentionChange) error
}

// Upkeep is what deleting old versions, scopes, revisions and archived pipelines needs.
type Upkeep interface {
	LoadUpkeep(ctx context.Context, in state.UpkeepQuery) (state.UpkeepSnapshot, error)
	CommitUpkeep(ctx context.Context, c state.Claim, ch state.UpkeepChange) error
	Versions
}

// Versions is what deleting old versions needs.
type Versions interface {
	ScopesWithOldVersions(ctx context.Context, after string, keep int, before time.Time, most int) ([]state.ScopeVersions, error)
	VersionHolds(ctx context.Context, scopeID string) (latest []int64, pins []map[string]string, err error)
	OldVersions(ctx context.Context, in state.OldVersionsOf) ([]state.OldVersion, error)
	DeleteVersions(ctx context.Context, c state.Claim, scopeID string, ids []int64, before time.Time) error
}

package state

import (
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// RetentionJob is a job, live or deleted, and what it and its team say of the
// builds that are kept.
type RetentionJob struct {
	ID   string
	Job  graph.Retention
	Team *graph.Retention // nil: nothing
}

// OldBuildsOf asks for the builds of a job that a rule may not keep any more: not
// of the newest so many (0: that keeps none), and ended before.
type OldBuildsOf struct {
	JobID     string
	Builds    int
	Succeeded int
	Before    time.Time
}

// OldBuild is one of them. Newest and NewestSucceeded are the numbers of the oldest
// of the newest so many; 0: there are not so many.
type OldBuild struct {
	ID, JobID               string
	Number                  int64
	Status                  BuildStatus
	Ended                   time.Time
	Newest, NewestSucceeded int64
}

// RetentionChange is what a decision about history does.
type RetentionChange struct {
	Reap   []string // ids of builds whose steps, runs and logs go
	Delete []string // ids of reaped builds whose rows go
}

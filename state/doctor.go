package state

import "github.com/weirci/weir/compiler/graph"

// Finding is something in a database that must not be.
type Finding struct {
	Check   string // a name for what was looked at
	Broken  string // what must not be
	Fix     string // what to do
	Subject string
	What    string
}

// Checkup is what a doctor looks at: what the database's own checks found, and
// rows that only those who read definitions can judge.
type Checkup struct {
	Findings []Finding
	Running  []RunningBuild
	Inputs   []TakenInput
	Passed   map[PassedVersion][]string // builds that succeeded with it
	Whole    map[PipelineJob]bool       // every build of it is still there
}

// RunningBuild is a build that runs, and its job as it was at its revision.
type RunningBuild struct {
	JobID, PipelineID string
	Address           graph.Address
	Number            int64
	Job               graph.Job
}

// TakenInput is a version that a build took, and its job as it was at its revision.
type TakenInput struct {
	BuildID, PipelineID string
	Address             graph.Address
	Number              int64
	Name                string
	ResourceID          string
	VersionID           int64
	Job                 graph.Job
}

// PipelineJob is a job of a pipeline, by an address that it has or had.
type PipelineJob struct {
	PipelineID string
	Address    graph.Address
}

// PassedVersion is a version in a job.
type PassedVersion struct {
	PipelineJob
	ResourceID string
	VersionID  int64
}

package schedule

import (
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// State is a job with everything there is to decide on.
type State struct {
	Job     Job
	Inputs  []Input           // in source order
	Past    Past              // of the jobs that inputs passed
	Pending []Pending         // that people asked for, oldest first
	Running []int64           // numbers of this job's builds that run
	Groups  map[string][]Busy // by serial group: builds of other jobs that run, or wait for nothing but a group
	Rivals  []Rival           // open builds of the team with the same concurrency key, of this job too, oldest first

	Now      time.Time
	LastTick time.Time // of the job's schedule that has been seen; zero: it has none
}

// Job is the row of the job.
type Job struct {
	Spec             graph.Job
	Name             string // as people know it: pipeline/job
	Deleted          bool
	Paused           bool
	PipelinePaused   bool
	PipelineArchived bool
}

// Input is one get of the job, with a window on the versions that matter.
type Input struct {
	Name       string
	ImageOf    string // what it is the image of: task "t"; "": a step gets it
	Resource   graph.Address
	ResourceID string
	Trigger    bool
	Every      bool
	Passed     []graph.Address
	Pin        map[string]string // of the resource
	PinnedBy   string            // who pinned it by hand; "": its pipeline does
	Disabled   int64             // versions of the resource that are disabled: they are in none of the lists here
	Version    map[string]string // of the step

	// Versions are the newest that it may have by itself: that checks found, or that
	// passed each of its jobs. More: there are older ones.
	Versions []Version
	More     bool
	// Fresh are, with Every, the oldest that the job has not had since Baseline.
	// FreshMore: there are more behind them.
	Fresh     []Version
	FreshMore bool
	// Unloaded says that none of these were looked up: what an earlier input had of the
	// same jobs may tell. Known are those of the versions Asked for by Ask.Among that it
	// may have.
	Unloaded bool
	Known    []Version
	Asked    map[int64]bool
	// Used are the versions that a build of the job has had for this input.
	Used map[int64]bool
	// Baseline is the version id after which Every begins; 0: the job is new, and
	// begins with the newest.
	Baseline int64
	// CheckError is why the resource's last check failed, "" if it did not.
	CheckError string
	// Checked says that a check of it ever ended.
	Checked bool
}

// Version is a row of versions.
type Version struct {
	ID      int64
	Order   int64 // higher is newer
	Version map[string]string
}

// Passage is a succeeded build: the versions that it had or made, by resource id.
type Passage struct {
	Build    string
	Versions map[string][]Version
}

// Pending is a build that waits to be started.
type Pending struct {
	ID     string
	Number int64
	Fixed  []Chosen // of a rerun: its inputs are known; nil: choose
	Auto   bool     // a new version asked for it, no person and no clock
	Asked  Asked
	Checks []Check // that it waits for: a person asked for it, and it is to take what is newest
}

// Check is one of a resource that has not ended, and when it was asked for.
type Check struct {
	Resource graph.Address
	Asked    time.Time
}

// Rival is an open build of a job with the same concurrency key.
type Rival struct {
	Build    string
	Job      string // pipeline/job
	Number   int64
	Running  bool
	Ready    bool  // pending, and waits for nothing but the key as far as is known
	Ending   bool  // somebody asked for its end
	Priority int64 // of its job
}

// Busy is a build of another job that is in the way.
type Busy struct {
	Job    graph.Address
	Number int64
	Asked  Asked // of one that waits; zero: it runs
}

// Chosen is the version for one input.
type Chosen struct {
	Name       string
	ResourceID string
	VersionID  int64
	First      bool // no build of the job had it before
}

// Command is one thing to be done: CreateBuild, QueueBuild, Tick, StartBuild,
// ErrorBuild, AbortBuild or Hold.
type Command interface{ command() }

// CreateBuild makes a build, because of a new version, and starts it.
type CreateBuild struct{ Inputs []Chosen }

// StartBuild starts a pending one.
type StartBuild struct {
	Build  string
	Inputs []Chosen
}

// ErrorBuild ends a pending one that can never start.
type ErrorBuild struct{ Build, Message string }

// AbortBuild ends one that another takes the place of: a pending one at once, one
// that runs as if a person had asked for it.
type AbortBuild struct{ Build, Message string }

// QueueBuild makes a pending build, because of a new version.
type QueueBuild struct{ Inputs []Chosen }

// Tick says that the schedule was looked at up to a tick, and makes a pending
// build for each of those in At.
type Tick struct {
	At   []time.Time
	Upto time.Time
}

// Hold says why a pending build waits, or, with Build "", why the job does.
type Hold struct{ Build, Reason, Message string }

func (CreateBuild) command() {}
func (StartBuild) command()  {}
func (ErrorBuild) command()  {}
func (AbortBuild) command()  {}
func (QueueBuild) command()  {}
func (Tick) command()        {}
func (Hold) command()        {}

// Decision is what Decide says.
type Decision struct {
	Commands []Command
	Again    bool      // there is more to do than one decision takes
	Wake     time.Time // look again then; zero: only when something happens
	Others   bool      // pending builds with the same concurrency key may start now
	Ask      Ask       // not empty: this is no decision yet
}

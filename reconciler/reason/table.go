package reason

import "strings"

// About is what kind of thing waits.
type About string

// The things that wait.
const (
	Job   About = "job"   // no build is made
	Build About = "build" // it does not start
	Step  About = "step"  // it does not go on
	Run   About = "run"   // it has no worker, or does not end
	Check About = "check" // of a resource: it is not made
	Any   About = "any"   // of those
)

// Reasons that no decider gives: the explanation does, where the decider says
// nothing because there is nothing that it waits for.
const (
	Due         = "Due"         // the server has something to do now
	Failing     = "Failing"     // and cannot
	Deleted     = "Deleted"     // it was removed
	Ended       = "Ended"       // it waits for nothing any more
	Aborting    = "Aborting"    // it is being ended
	NextCheck   = "NextCheck"   // it is checked later
	CheckFailed = "CheckFailed" // and the last one failed
	Assigned    = "Assigned"    // a worker prepares it
	Program     = "Program"     // its program runs
	Stalled     = "Stalled"     // its worker does not answer
)

// Text is what is to be said of a reason.
type Text struct {
	About   About
	Name    string
	Means   string
	Unblock string // {pipeline}, {job}, {build}, {step}, {resource}, {upstream}, {tags} are filled in
}

// All is the table of reasons, in the order of the documentation.
func All() []Text {
	return []Text{
		{Any, "Paused", "It, or its pipeline, is paused.", "`weir unpause pipeline {pipeline}` or `weir unpause job {pipeline}/{job}`"},
		{Any, "Archived", "Its pipeline is archived.", "`weir unarchive {pipeline}`, or applying the pipeline"},
		{Job, "NothingNew", "No version of an input that triggers is there which the job has not had.", "a new version, which `weir check {pipeline}/{resource}` looks for; or `weir trigger {pipeline}/{job}` for another build of the same versions"},
		{Job, "Manual", "No input triggers it, and it has no schedule.", "`weir trigger {pipeline}/{job}`; or `trigger = true` in one of its gets"},
		{Job, "Schedule", "Its clock has not ticked yet.", "the tick; or `weir trigger {pipeline}/{job}` now"},
		{Job, "BadSchedule", "Its schedule cannot be read.", "a schedule that `weir validate` accepts, applied"},
		{Any, "NoVersions", "An input has no version at all, or none that fits its pin.", "a check that finds one: `weir check {pipeline}/{resource}`, `weir resources`; or another pin"},
		{Any, "NoVersionPassed", "No version has passed the jobs that it should have, or no versions have passed them together.", "a build of the jobs named that succeeds: see the table, and `weir builds {pipeline}/{upstream}`"},
		{Any, "TooManyCombinations", "There are too many combinations of versions to be tried.", "fewer inputs with `passed`, or fewer jobs in each of them"},
		{Any, "Asking", "What passed the jobs before is being looked up.", "nothing: it is decided in the same moment"},
		{Any, "Checking", "A person asked for it, and its resources are checked first.", "the end of the checks: `weir explain {pipeline}/RESOURCE`; or `weir trigger --no-check {pipeline}/{job}` for a build of what is known"},
		{Any, "MaxInFlight", "As many builds of the job run as may.", "the end of one of them, or a greater `max_in_flight`"},
		{Any, "SerialGroup", "A build of another job of its serial group runs, or was asked for first.", "the end of that build: `weir watch JOB` shows it, `weir abort JOB` ends it"},
		{Any, "Concurrency", "As many builds with its concurrency key run as may, or others asked first.", "the end of the builds named, or a greater `limit`"},

		{Build, "Pending", "The job's decider has not started it.", "what the job waits for: `weir explain {pipeline}/{job}`"},
		{Build, "Running", "It runs: its steps have not all ended.", "the end of its steps: `weir explain {build}` says what each waits for; or `weir abort {build}`"},
		{Step, "Previous", "The steps before it have not ended.", "their end"},
		{Step, "Limit", "As many steps of its parallel run as may.", "the end of one of them, or a greater `limit`"},
		{Step, "Retry", "It is tried again later.", "the time; or `weir abort {build}`"},
		{Step, "Approval", "A person has to answer.", "`weir approve {build} {step}` or `weir reject {build} {step}`, by one who may"},
		{Step, "Ending", "Its run was asked to end, and is killed if it does not in time.", "the end of the run; or `weir abort {build}` a second time, which waits for no worker and runs no hooks"},
		{Step, "Running", "Its run has not ended.", "the end of the run; or `weir abort {build}`"},

		{Run, "NoWorker", "No worker is registered.", "`weir worker` on some machine"},
		{Run, "NoWorkerForTeam", "All workers belong to other teams.", "a worker of its team, or for all teams"},
		{Run, "NoWorkerWithTags", "No worker has its tags.", "a worker with them: `weir worker --tags {tags}`; or other `tags` in the step"},
		{Run, "NoWorkerWithPlatform", "No worker has its platform.", "a worker on such a machine; or another `platform` in the task"},
		{Run, "TooLarge", "No worker that may have it has as many cores or as much memory as its limits say.", "a larger worker, or one started with greater `--cpu` and `--memory`; or lower `limits` in the task"},
		{Run, "NoWorkerWithArtifacts", "Its artifacts are where it cannot run.", "tags and teams that let the worker with its artifacts take it; where that worker is gone, a new build"},
		{Run, "WorkerNotRunning", "The workers that may have it are not running.", "such a worker that runs again: `weir workers`"},
		{Run, "WorkerRefuses", "The workers that may have it take no new runs, as their disks are nearly full.", "space on such a worker's disk, which `weir workers` names; or one more worker"},
		{Run, "Full", "The workers that may have it have as many runs as they take.", "the end of another run, one more worker, or a greater `--capacity`"},
		{Run, "NoRoom", "The workers that may have it keep too many of their cores, or too much of their memory, for what they run.", "the end of other runs: what frees up on one worker is kept for it; one more worker; or lower `limits` in the task"},
		{Run, "Limited", "The workers that may have it have as many tasks, builds, containers or volumes as they may.", "the end of another run, one more worker, a worker's greater `--max-tasks` or `--max-builds`, or another `--placement` of the server"},
		{Run, Assigned, "A worker has it and has not said that the program runs.", "the worker: it fetches image and inputs, and makes the container"},
		{Run, Program, "Its program runs.", "the end of the program; or `weir abort {build}`"},
		{Run, Stalled, "Its worker has not been heard of for too long.", "the worker's return; otherwise it is run elsewhere after the time that is allowed for that"},

		{Check, "Paused", "Its resources, or their pipelines, are paused.", "`weir unpause pipeline {pipeline}`; or `weir check {pipeline}/{resource}` now"},
		{Check, "Archived", "The pipelines of its resources are archived.", "`weir unarchive {pipeline}`, or applying the pipeline"},
		{Check, "Running", "A check of it is under way.", "the end of that check"},
		{Check, "Unused", "No resource has this source any more.", "a pipeline that uses it, applied"},
		{Check, "Never", "It is checked only when somebody asks.", "`weir check {pipeline}/{resource}`; or another `check { every = … }`"},
		{Check, "NoImage", "The image of its type comes from a resource, which has no version yet or is checked first.", "a check of that resource that finds one: `weir explain` and `weir check` of the resource that the message names"},
		{Check, "Paced", "Many checks are due at once, and are spread.", "its turn, which the message says; or `weir check {pipeline}/{resource}` now"},
		{Check, NextCheck, "It is not time for its next check.", "the time; or `weir check {pipeline}/{resource}` now"},
		{Check, CheckFailed, "Its last check failed, and it is tried again later.", "what the error says; then `weir check {pipeline}/{resource}`"},

		{Any, Aborting, "It is being ended, because somebody asked for that.", "the end of its runs, and of its hooks"},
		{Any, Due, "It waits for nothing: the server has something to do about it now.", "the server: within moments. Where it stays like this no server runs, or it does not reach the database"},
		{Any, Failing, "The server tried to decide about it, and cannot.", "what the error says: it is tried again by itself. The server's log has the whole story"},
		{Any, Deleted, "It was removed from its pipeline.", "applying a pipeline that has it"},
		{Any, Ended, "It has ended.", "nothing: it is final. `weir trigger {pipeline}/{job}` makes a new build"},
	}
}

// Of finds a reason's row: that of its own kind of thing, else that of any, else
// that of another.
func Of(about About, name string) Text {
	rank := func(t Text) int {
		switch {
		case t.Name != name:
			return 0
		case t.About == about:
			return 3
		case t.About == Any:
			return 2
		}
		return 1
	}
	var found Text
	best := 0
	for _, t := range All() {
		if r := rank(t); r > best {
			found, best = t, r
		}
	}
	return found
}

// fill puts names, given as pairs, where {name} stands.
func fill(text string, names []string) string {
	pairs := make([]string, len(names))
	for i := 0; i+1 < len(names); i += 2 {
		pairs[i], pairs[i+1] = "{"+names[i]+"}", names[i+1]
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

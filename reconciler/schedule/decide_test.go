package schedule

import (
	"reflect"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

// v makes versions by id; the id is the order too.
func v(ids ...int64) []Version {
	var out []Version
	for _, id := range ids {
		out = append(out, Version{ID: id, Order: id, Version: map[string]string{"ref": string(rune('a' + id - 1))}})
	}
	return out
}

func used(ids ...int64) map[int64]bool {
	out := map[int64]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// in is a triggering input of resource.git.<name>.
func in(name string, versions []Version, change ...func(*Input)) Input {
	i := Input{Name: name, Resource: graph.ResourceAddress("git", name), ResourceID: name, Trigger: true, Versions: versions, Checked: true}
	for _, c := range change {
		c(&i)
	}
	return i
}

func noTrigger(i *Input)                { i.Trigger = false }
func every(i *Input)                    { i.Every = true }
func after(baseline int64) func(*Input) { return func(i *Input) { i.Baseline = baseline } }
func had(ids ...int64) func(*Input)     { return func(i *Input) { i.Used = used(ids...) } }
func pin(ref string) func(*Input)       { return func(i *Input) { i.Pin = map[string]string{"ref": ref} } }
func only(ref string) func(*Input) {
	return func(i *Input) { i.Version = map[string]string{"ref": ref} }
}
func failing(err string) func(*Input)           { return func(i *Input) { i.CheckError = err } }
func unchecked(i *Input)                        { i.Checked = false }
func passed(jobs ...graph.Address) func(*Input) { return func(i *Input) { i.Passed = jobs } }

func passage(build string, had map[string][]Version) Passage { return Passage{build, had} }

// whole is all there is to know.
func whole(builds map[string][]Passage) Past { return Past{Builds: builds, Whole: true} }

func solve(inputs []Input, builds map[string][]Passage) ([]Version, *Failure) {
	got, why, _ := Resolve(inputs, whole(builds))
	return got, why
}

func first(name string, id int64) Chosen { return Chosen{name, name, id, true} }
func again(name string, id int64) Chosen { return Chosen{name, name, id, false} }

type had_ = map[string][]Version

func TestDecide(t *testing.T) {
	serial := Job{Spec: graph.Job{MaxInFlight: 1}}
	for _, c := range []struct {
		name  string
		state State
		want  []Command
	}{
		{"a new job takes the newest version", State{Inputs: []Input{in("app", v(1, 2, 3))}},
			[]Command{CreateBuild{[]Chosen{first("app", 3)}}, Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"nothing new", State{Inputs: []Input{in("app", v(1, 2), had(2))}},
			[]Command{Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"a new version that does not trigger", State{Inputs: []Input{in("app", v(1), had(1)), in("lib", v(1, 2), noTrigger, had(1))}},
			[]Command{Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"but goes along", State{Inputs: []Input{in("app", v(1, 2), had(1)), in("lib", v(1, 2), noTrigger, had(1))}},
			[]Command{CreateBuild{[]Chosen{first("app", 2), first("lib", 2)}}, Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"nothing triggers", State{Inputs: []Input{in("app", v(1), noTrigger)}},
			[]Command{Hold{"", "Manual", "none of its inputs triggers it: weir trigger"}}},
		{"no versions", State{Inputs: []Input{in("app", nil, failing("no such host"))}},
			[]Command{Hold{"", "NoVersions", "no version of resource.git.app yet; last check failed: no such host"}}},
		{"not checked", State{Inputs: []Input{in("app", nil, unchecked)}},
			[]Command{Hold{"", "NoVersions", "no version of resource.git.app yet; it has not been checked yet"}}},

		{"every version, in order", State{Inputs: []Input{in("app", v(1, 2, 3, 4), every, had(2), after(2))}},
			[]Command{CreateBuild{[]Chosen{first("app", 3)}}, CreateBuild{[]Chosen{first("app", 4)}}, Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"every version, from the newest on", State{Inputs: []Input{in("app", v(1, 2), every)}},
			[]Command{CreateBuild{[]Chosen{first("app", 2)}}, Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"every version, one at a time", State{Job: serial, Inputs: []Input{in("app", v(1, 2, 3), every, had(1), after(1))}},
			[]Command{CreateBuild{[]Chosen{first("app", 2)}}, Hold{"", "MaxInFlight", "1 builds run, and no more than 1 may at once; a new version of resource.git.app waits"}}},

		{"the resource is pinned", State{Inputs: []Input{in("app", v(1, 2, 3), pin("b"))}},
			[]Command{CreateBuild{[]Chosen{first("app", 2)}}, Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"the step wants one", State{Inputs: []Input{in("app", v(1, 2, 3), only("a"))}},
			[]Command{CreateBuild{[]Chosen{first("app", 1)}}, Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"pinned to what is not there", State{Inputs: []Input{in("app", v(1, 2), pin("z"))}},
			[]Command{Hold{"", "NoVersions", `no version of resource.git.app is there that is {"ref":"z"}, to which the resource is pinned`}}},

		{"max_in_flight", State{Job: serial, Running: []int64{3}, Inputs: []Input{in("app", v(1))}},
			[]Command{Hold{"", "MaxInFlight", "build #3 is running, and no more than 1 may at once; a new version of resource.git.app waits"}}},
		{"a serial group", State{Job: Job{Spec: graph.Job{SerialGroups: []string{"deploy"}}}, Groups: map[string][]Busy{"deploy": {{Job: "job.ship", Number: 7}}}, Inputs: []Input{in("app", v(1))}},
			[]Command{Hold{"", "SerialGroup", "build #7 of job.ship runs, which is in serial group deploy too; a new version of resource.git.app waits"}}},
		{"a serial group holds the job itself to one", State{Job: Job{Spec: graph.Job{SerialGroups: []string{"deploy"}}}, Running: []int64{2}, Pending: []Pending{{ID: "p", Number: 3}}},
			[]Command{Hold{"p", "MaxInFlight", "build #2 is running, and no more than 1 may at once"}, Hold{"", "Manual", "none of its inputs triggers it: weir trigger"}}},
		{"paused", State{Job: Job{Paused: true}, Pending: []Pending{{ID: "p", Number: 1}}, Inputs: []Input{in("app", v(1))}},
			[]Command{Hold{"p", "Paused", "it is paused"}, Hold{"", "Paused", "it is paused; a new version of resource.git.app waits"}}},
		{"its pipeline is archived", State{Job: Job{PipelineArchived: true, Paused: true}, Pending: []Pending{{ID: "p", Number: 1}}, Inputs: []Input{in("app", v(1))}},
			[]Command{Hold{"p", "Archived", "its pipeline is archived"}, Hold{"", "Archived", "its pipeline is archived; a new version of resource.git.app waits"}}},
		{"a job by hand of an archived pipeline", State{Job: Job{PipelineArchived: true}}, []Command{Hold{"", "Archived", "its pipeline is archived"}}},
		{"its pipeline is paused", State{Job: Job{PipelinePaused: true}, Inputs: []Input{in("app", v(1))}},
			[]Command{Hold{"", "Paused", "its pipeline is paused; a new version of resource.git.app waits"}}},

		{"asked for", State{Pending: []Pending{{ID: "p", Number: 1}}, Inputs: []Input{in("app", v(1, 2), had(2))}},
			[]Command{StartBuild{"p", []Chosen{again("app", 2)}}, Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"asked for, and takes the new version with it", State{Pending: []Pending{{ID: "p", Number: 1}}, Inputs: []Input{in("app", v(1, 2), had(1))}},
			[]Command{StartBuild{"p", []Chosen{first("app", 2)}}, Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"asked for, without versions", State{Pending: []Pending{{ID: "p", Number: 1}}, Inputs: []Input{in("app", nil)}},
			[]Command{Hold{"p", "NoVersions", "no version of resource.git.app yet"}, Hold{"", "NoVersions", "no version of resource.git.app yet"}}},
		{"asked for twice, one at a time", State{Job: serial, Pending: []Pending{{ID: "p", Number: 4}, {ID: "q", Number: 5}}},
			[]Command{StartBuild{"p", []Chosen{}}, Hold{"q", "MaxInFlight", "build #4 is running, and no more than 1 may at once"}, Hold{"", "Manual", "none of its inputs triggers it: weir trigger"}}},
		{"a rerun has its inputs", State{Pending: []Pending{{ID: "p", Number: 1, Fixed: []Chosen{again("app", 1)}}}, Inputs: []Input{in("app", v(1, 2), had(1, 2))}},
			[]Command{StartBuild{"p", []Chosen{again("app", 1)}}, Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"deleted", State{Job: Job{Deleted: true}, Pending: []Pending{{ID: "p"}}, Inputs: []Input{in("app", v(1))}},
			[]Command{ErrorBuild{"p", "its job has been deleted"}}},

		{"passed", State{Inputs: []Input{in("app", v(1, 2, 3), passed("job.unit"))}, Past: whole(map[string][]Passage{"job.unit": {passage("2", had_{"app": v(2)}), passage("1", had_{"app": v(1)})}})},
			[]Command{CreateBuild{[]Chosen{first("app", 2)}}, Hold{"", "NothingNew", "no new version of resource.git.app"}}},
		{"nothing has passed", State{Past: whole(nil), Inputs: []Input{in("app", v(1, 2, 3), passed("job.unit"))}},
			[]Command{Hold{"", "NoVersionPassed", "no version of resource.git.app has passed job.unit yet"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Decide(c.state); !reflect.DeepEqual(got.Commands, c.want) || got.Again {
				t.Errorf("\n got %v\nwant %v", got.Commands, c.want)
			}
		})
	}
}

func TestOneDecisionMakesSoManyBuilds(t *testing.T) {
	var ids []int64
	for i := range int64(mostBuilds + 5) {
		ids = append(ids, i+2)
	}
	d := Decide(State{Inputs: []Input{in("app", v(ids...), every, after(1))}})
	if len(d.Commands) != mostBuilds || !d.Again {
		t.Errorf("%d builds, again %v", len(d.Commands), d.Again)
	}
}

// Fan-in. a passed X, b passed Y, c passed X and Y: all come out of one build of X
// and one of Y, so an old c holds back a and b, and c never mixes builds.
func TestFanInIsCorrelated(t *testing.T) {
	inputs := []Input{in("a", nil, passed("X")), in("b", nil, passed("Y")), in("c", nil, passed("X", "Y"))}
	for _, c := range []struct {
		name   string
		passed map[string][]Passage
		want   []int64
	}{
		{"together", map[string][]Passage{
			"X": {passage("x1", had_{"a": v(1), "c": v(1)})},
			"Y": {passage("y1", had_{"b": v(1), "c": v(1)})},
		}, []int64{1, 1, 1}},
		{"X is ahead: the newest c that both had", map[string][]Passage{
			"X": {passage("x2", had_{"a": v(2), "c": v(2)}), passage("x1", had_{"a": v(1), "c": v(1)})},
			"Y": {passage("y2", had_{"b": v(2), "c": v(1)}), passage("y1", had_{"b": v(1), "c": v(1)})},
		}, []int64{1, 2, 1}},
		{"two builds of X with one c: the newer a", map[string][]Passage{
			"X": {passage("x2", had_{"a": v(2), "c": v(1)}), passage("x1", had_{"a": v(1), "c": v(1)})},
			"Y": {passage("y1", had_{"b": v(1), "c": v(1)})},
		}, []int64{2, 1, 1}},
		{"never together", map[string][]Passage{
			"X": {passage("x2", had_{"a": v(2), "c": v(2)})},
			"Y": {passage("y1", had_{"b": v(1), "c": v(1)})},
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, why := solve(inputs, c.passed)
			if ids := idsOf(got); !reflect.DeepEqual(ids, c.want) {
				t.Errorf("%v, want %v (%v)", ids, c.want, why)
			}
			if c.want == nil && why.Reason != "NoVersionPassed" {
				t.Errorf("%v", why)
			}
		})
	}
}

func idsOf(vs []Version) []int64 {
	var out []int64
	for _, v := range vs {
		out = append(out, v.ID)
	}
	return out
}

package schedule

import (
	"fmt"
	"testing"
	"time"
)

// A build that waits for a check takes nothing before that ends, says since when, and
// holds up no other.
func TestABuildWaitsForItsChecks(t *testing.T) {
	at := time.Date(2026, 1, 1, 12, 0, 3, 0, time.UTC)
	git, lib := Check{"resource.git.app", at}, Check{"resource.git.lib", at.Add(time.Second)}
	s := State{Inputs: []Input{in("app", v(1), noTrigger)}, Pending: []Pending{{ID: "a", Number: 1, Checks: []Check{lib, git}}, {ID: "b", Number: 2}}}
	d := Decide(s)
	want := []Command{Hold{"a", "Checking", "waits for a check of resource.git.app, resource.git.lib, asked for at 12:00:03 UTC"}, StartBuild{"b", []Chosen{first("app", 1)}}}
	if fmt.Sprint(d.Commands[:2]) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", d.Commands, want)
	}
	s.Pending[0].Checks = nil
	if got := Decide(s).Commands[0]; fmt.Sprint(got) != fmt.Sprint(StartBuild{"a", []Chosen{first("app", 1)}}) {
		t.Errorf("when they have ended: %v", got)
	}
}

func TestWhatIsCheckedForABuild(t *testing.T) {
	for want, change := range map[bool][]func(*Input){true: {noTrigger, every, had(1)}, false: {passed("job.x"), pin("a"), only("a")}} {
		for i, c := range change {
			if got := in("app", v(1), c).Free(); got != want {
				t.Errorf("%v %d: %v", want, i, got)
			}
		}
	}
}

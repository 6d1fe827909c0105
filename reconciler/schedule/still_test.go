package schedule

import (
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

// A build that waits for the key was made for a version. Where that is disabled, or the
// resource pinned, while it waits, it goes on waiting: no build begins with it.
func TestAQueuedBuildLosesItsVersion(t *testing.T) {
	waiting := func(change func(*Input)) State {
		input := in("app", v(1), had(2)) // 2 is not among what it may have any more
		change(&input)
		return State{
			Job:     Job{Name: "demo/ship", Spec: graph.Job{Concurrency: graph.Concurrency{Key: "k"}}},
			Inputs:  []Input{input},
			Pending: []Pending{{ID: "me", Number: 1, Auto: true, Fixed: []Chosen{first("app", 2)}}},
			Rivals:  []Rival{rival("me", "ready")},
		}
	}
	used := func(in *Input) { in.Used[1] = true }
	disabled := func(in *Input) { used(in); in.Disabled = 1 }
	told := func(in *Input) { disabled(in); in.Asked = map[int64]bool{2: true} }
	every := func(in *Input) { told(in); in.Every = true }
	pinned := func(in *Input) {
		told(in)
		in.Disabled, in.Pin, in.PinnedBy = 0, map[string]string{"ref": "1"}, "ann"
	}
	known := func(in *Input) { told(in); in.Known = v(2) }
	for _, c := range []struct {
		name   string
		change func(*Input)
		want   string // of the reason; "": it starts
	}{
		{"nobody has said anything", used, ""},
		{"it is another that is disabled", known, ""},
		{"disabled", told, "the version of resource.git.app that it was made for is disabled"},
		{"disabled, of every version", every, "is disabled"},
		{"pinned to another", pinned, "is not one that is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Decide(waiting(c.change))
			switch got := d.Commands[0].(type) {
			case StartBuild:
				if c.want != "" || got.Inputs[0].VersionID != 2 {
					t.Errorf("%v", got)
				}
			case Hold:
				if c.want == "" || !strings.Contains(got.Message, c.want) {
					t.Errorf("%v", got)
				}
			}
		})
	}
	if ask := Decide(waiting(disabled)).Ask; len(ask.Among) != 1 || ask.Among[0].Versions[0] != 2 {
		t.Errorf("it is not asked whether it may have it: %v", ask)
	}
}

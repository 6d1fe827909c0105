package check

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

type version = map[string]string

func v(ref string) version { return version{"ref": ref} }

// scope is one that is due, with a change.
func scope(change func(*Scope)) Scope {
	s := Scope{ID: "s", Resource: graph.Resource{Type: "git", Source: graph.Map{"uri": graph.String("x")}}, Every: time.Minute,
		Timeout: time.Hour, DueAt: now, Wanted: true, Active: true}
	change(&s)
	return s
}

// answered is the scope after a run that said something.
func answered(code int32, result string) func(*Scope) {
	return func(s *Scope) {
		s.Run = &Run{ID: "r", Status: state.RunExited, Created: now.Add(-time.Second), ExitCode: &code, Result: []byte(result)}
	}
}

func decide(s Scope, known map[string]int64) Decision {
	return Decide(s, Options{Now: now, Jitter: 0.5, Known: func([]version) Known {
		k := Known{Orders: map[string]int64{}}
		for ref, order := range known {
			k.Orders[state.VersionDigest(v(ref))] = order
			k.Most = max(k.Most, order)
		}
		return k
	}})
}

// A check that is due waits for its turn, and says so where that takes long; one
// that was asked for does not.
func TestTurns(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Scope)
		turn   time.Duration
		start  bool
		hold   bool
	}{
		{"at once", func(*Scope) {}, 0, true, false},
		{"soon", func(*Scope) {}, time.Second, false, false},
		{"later", func(*Scope) {}, time.Minute, false, true},
		{"new, later", func(s *Scope) { s.DueAt = time.Time{} }, time.Minute, false, true},
		{"asked for", func(s *Scope) { s.Requested = true }, time.Minute, true, false},
	} {
		d := Decide(scope(c.change), Options{Now: now, Turn: now.Add(c.turn)})
		start, hold := false, false
		for _, cmd := range d.Commands {
			switch cmd := cmd.(type) {
			case StartCheck:
				start = true
			case Hold:
				hold = cmd.Reason == "Paced" && strings.Contains(cmd.Message, "00:01:00 UTC")
			}
		}
		if start != c.start || hold != c.hold || !start && !d.Wake.Equal(now.Add(c.turn)) {
			t.Errorf("%s: start %v, hold %v, wake %v", c.name, start, hold, d.Wake)
		}
	}
}

func TestWhenAScopeIsChecked(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Scope)
		start  bool
		hold   string
		wake   time.Time
	}{
		{"due", func(*Scope) {}, true, "", time.Time{}},
		{"not yet due", func(s *Scope) { s.DueAt = now.Add(time.Second) }, false, "", now.Add(time.Second)},
		{"not yet due, asked for", func(s *Scope) { s.DueAt = now.Add(time.Second); s.Requested = true }, true, "", time.Time{}},
		{"new", func(s *Scope) { s.DueAt = time.Time{} }, true, "", time.Time{}},
		{"never", func(s *Scope) { s.Every = 0 }, false, "Never", time.Time{}},
		{"never, asked for", func(s *Scope) { s.Every = 0; s.Requested = true }, true, "", time.Time{}},
		{"paused", func(s *Scope) { s.Active = false }, false, "Paused", time.Time{}},
		{"archived", func(s *Scope) { s.Active, s.Archived = false, true }, false, "Archived", time.Time{}},
		{"archived, asked for", func(s *Scope) { s.Active, s.Archived, s.Requested = false, true, true }, false, "Archived", time.Time{}},
		{"paused, asked for", func(s *Scope) { s.Active = false; s.Requested = true }, true, "", time.Time{}},
		{"no resource has it", func(s *Scope) { s.Wanted = false; s.Requested = true }, false, "Unused", time.Time{}},
		{"being checked", func(s *Scope) { s.Run = &Run{Status: state.RunAssigned} }, false, "Running", time.Time{}},
	} {
		d := decide(scope(c.change), nil)
		start, hold := false, ""
		for _, cmd := range d.Commands {
			switch cmd := cmd.(type) {
			case StartCheck:
				start = true
			case Hold:
				hold = cmd.Reason
			}
		}
		if start != c.start || hold != c.hold || !d.Wake.Equal(c.wake) {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}

func TestWhatACheckIsTold(t *testing.T) {
	for want, change := range map[string]func(*Scope){
		`{"source":{"uri":"x"}}`:                         func(*Scope) {},
		`{"source":{"uri":"x"},"version":{"ref":"9"}}`:   func(s *Scope) { s.Latest = v("9") },
		`{"source":{"uri":"x"},"version":{"ref":"old"}}`: func(s *Scope) { s.Latest = v("9"); s.Requested = true; s.RequestedFrom = v("old") },
	} {
		task := decide(scope(change), nil).Commands[0].(StartCheck).Task
		if string(task.Stdin) != want || task.ImageBuiltin != "git" || task.TimeoutMs != 3600_000 || !task.ResultOnStdout {
			t.Errorf("%v, want input %s", task, want)
		}
	}
}

func TestWhatACheckFound(t *testing.T) {
	due := now.Add(-time.Second).Add(time.Minute)
	for _, c := range []struct {
		name, result string
		known        map[string]int64
		want         []Ordered
		found        int
	}{
		{"the first", `[{"ref":"a"}]`, nil, []Ordered{{v("a"), 1, true}}, 1},
		{"nothing", `[]`, nil, nil, 0},
		{"what is known", `[{"ref":"a"}]`, map[string]int64{"a": 3}, nil, 0},
		{"new ones after what is known", `[{"ref":"a"},{"ref":"b"},{"ref":"c"}]`, map[string]int64{"a": 3}, []Ordered{{v("a"), 4, false}, {v("b"), 5, true}, {v("c"), 6, true}}, 2},
		{"with a new one, all go on top in their order", `[{"ref":"b"},{"ref":"a"},{"ref":"c"}]`, map[string]int64{"a": 1, "b": 2}, []Ordered{{v("b"), 3, false}, {v("a"), 4, false}, {v("c"), 5, true}}, 1},
		{"an input until now", `[{"ref":"a"}]`, map[string]int64{"a": 0}, []Ordered{{v("a"), 1, true}}, 1},
		{"one twice", `[{"ref":"a"},{"ref":"b"},{"ref":"a"}]`, nil, []Ordered{{v("b"), 1, true}, {v("a"), 2, true}}, 2},
	} {
		d := decide(scope(answered(0, c.result)), c.known)
		want := RecordVersions{"r", c.want, c.found, due}
		if len(d.Commands) != 1 || !reflect.DeepEqual(d.Commands[0], want) || !d.Wake.Equal(due) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, d, want)
		}
	}
}

func TestWhyACheckFailed(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Scope)
		err    string
		wait   time.Duration
	}{
		{"exit code", answered(2, ""), "check ended with exit code 2", time.Minute},
		{"in its own words", func(s *Scope) { answered(1, "")(s); s.Run.Said = "no such host" }, "exit code 1: no such host", time.Minute},
		{"no answer that can be read", answered(0, "fatal: no"), "check answered fatal: no: want a list", time.Minute},
		{"the third in a row", func(s *Scope) { answered(1, "")(s); s.Failures = 2 }, "exit code 1", 4 * time.Minute},
		{"the hundredth", func(s *Scope) { answered(1, "")(s); s.Failures = 99 }, "exit code 1", 15 * time.Minute},
		{"no image", func(s *Scope) { s.Run = &Run{ID: "r", Status: state.RunExited, Message: "no such image"} }, "no such image", time.Minute},
		{"too slow", func(s *Scope) { s.Run = &Run{ID: "r", Status: state.RunExited, TimedOut: true} }, "timed out after 1h0m0s", time.Minute},
		{"its worker is gone", func(s *Scope) { s.Run = &Run{ID: "r", Status: state.RunLost} }, "its worker was lost", 5 * time.Second},
		{"no type", func(s *Scope) { s.Resource = graph.Resource{TypeRef: "resource_type.x"} }, "type resource_type.x is not there", time.Minute},
		{"a source that can not be known", func(s *Scope) { s.Resource.Source = graph.Map{"key": graph.Deferred{Source: "secret.x"}} }, "source: key: secret.x", time.Minute},
	} {
		d := decide(scope(c.change), nil)
		f, ok := d.Commands[0].(RecordFailure)
		if !ok || !strings.Contains(f.Error, c.err) || !f.Due.Equal(now.Add(c.wait)) || !d.Wake.Equal(f.Due) {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}

func TestOneWhoAsksDuringACheckGetsAnother(t *testing.T) {
	d := decide(scope(func(s *Scope) { answered(0, "[]")(s); s.Requested = true }), nil)
	if !d.Wake.Equal(now) {
		t.Errorf("%+v", d)
	}
}

// The order of versions is that of the last check which found something new, and
// nothing that is not in its answer moves.
func TestOrderIsThatOfTheAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		refs := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"})
		orders := map[string]int64{}
		for range rapid.IntRange(1, 6).Draw(t, "checks") {
			var answer []version
			for _, r := range rapid.SliceOfDistinct(refs, rapid.ID[string]).Draw(t, "answer") {
				answer = append(answer, v(r))
			}
			known := Known{Orders: map[string]int64{}}
			for ref, o := range orders {
				known.Orders[state.VersionDigest(v(ref))], known.Most = o, max(known.Most, o)
			}
			before := len(orders)
			got, found := order(answer, known)
			for i, o := range got {
				if o.Order <= known.Most || i > 0 && o.Order <= got[i-1].Order {
					t.Fatalf("%+v", got)
				}
				orders[o.Version["ref"]] = o.Order
			}
			if len(orders) != before+found {
				t.Fatalf("said %d new, there are %d", found, len(orders)-before)
			}
		}
	})
}

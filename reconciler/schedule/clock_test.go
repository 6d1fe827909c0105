package schedule

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// In Berlin clocks went forward on 29 March 2026 from 02:00 to 03:00, and go back on
// 25 October 2026 from 03:00 to 02:00.
func TestTicks(t *testing.T) {
	for _, c := range []struct {
		name, cron, zone, from, until string
		want                          []string
	}{
		{"a plain day", "30 3 * * *", "", "2026-06-01T00:00:00Z", "2026-06-03T00:00:00Z", []string{"2026-06-01T03:30:00Z", "2026-06-02T03:30:00Z"}},
		{"from a tick on", "30 3 * * *", "", "2026-06-01T03:30:00Z", "2026-06-02T03:30:00Z", []string{"2026-06-02T03:30:00Z"}},
		{"in a zone", "30 3 * * *", "Europe/Berlin", "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z", []string{"2026-06-01T01:30:00Z"}},
		{"across the date line", "0 1 * * *", "Pacific/Auckland", "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z", []string{"2026-06-01T13:00:00Z"}},
		{"a time that is skipped", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", []string{"2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"}},
		{"a time that comes twice", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		{"every half hour when clocks go back", "*/30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00Z", "2026-10-25T02:15:00Z",
			[]string{"2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"}},
		{"every half hour when they go forward", "*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15:00Z", "2026-03-29T02:00:00Z",
			[]string{"2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:00:00Z"}},
		{"by a word", "@weekly", "", "2026-06-01T00:00:00Z", "2026-06-15T00:00:00Z", []string{"2026-06-07T00:00:00Z", "2026-06-14T00:00:00Z"}},
		{"a leap day", "0 0 29 2 *", "", "2026-01-01T00:00:00Z", "2029-01-01T00:00:00Z", []string{"2028-02-29T00:00:00Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock, err := newClock(graph.Schedule{Cron: c.cron, Timezone: c.zone})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			until := at(t, c.until)
			for tick := clock.next(at(t, c.from)); !tick.IsZero() && !tick.After(until); tick = clock.next(tick) {
				got = append(got, tick.UTC().Format(time.RFC3339))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
			if last := clock.latest(at(t, c.from), until); last.UTC().Format(time.RFC3339) != c.want[len(c.want)-1] {
				t.Errorf("the latest is %s", last)
			}
		})
	}
}

func TestClocksThatAreNone(t *testing.T) {
	for _, s := range []graph.Schedule{{Cron: "x"}, {Cron: "@every 5m"}, {Cron: "@daily", Timezone: "Europe/Nowhere"}} {
		if _, err := newClock(s); err == nil {
			t.Errorf("%v", s)
		}
	}
}

// However a span of time is cut into looks, "all" gives each tick once, and in
// order; "latest" gives one build for each look that missed something.
func TestEachTickOnce(t *testing.T) {
	begin := time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		cron := rapid.SampledFrom([]string{"*/7 * * * *", "30 2 * * *", "0 */3 * * *", "15 1-4 * * 0"}).Draw(t, "cron")
		sched := graph.Schedule{Cron: cron, Timezone: "Europe/Berlin", CatchUp: rapid.SampledFrom([]string{"all", "", "none"}).Draw(t, "catch up")}
		s := State{Job: Job{Spec: graph.Job{Schedule: sched}}, Now: begin, LastTick: begin}
		var got []time.Time
		for range rapid.IntRange(1, 30).Draw(t, "looks") {
			s.Now = s.Now.Add(time.Duration(rapid.IntRange(0, 7200).Draw(t, "seconds")) * time.Second)
			for again := true; again; {
				d := Decide(s)
				again = d.Again
				if !d.Wake.After(s.Now) {
					t.Fatalf("wakes at %s, now is %s", d.Wake, s.Now)
				}
				for _, c := range d.Commands {
					if tick, ok := c.(Tick); ok {
						got = append(got, tick.At...)
						s.LastTick = tick.Upto
					}
				}
			}
		}
		clock, err := newClock(sched)
		if err != nil {
			t.Fatal(err)
		}
		var all []time.Time
		for tick := clock.next(begin); !tick.After(s.Now); tick = clock.next(tick) {
			all = append(all, tick)
		}
		if sched.CatchUp == "all" && !slices.EqualFunc(got, all, time.Time.Equal) {
			t.Fatalf("got %v, want %v", got, all)
		}
		for i, tick := range got {
			if i > 0 && !tick.After(got[i-1]) || !slices.ContainsFunc(all, tick.Equal) {
				t.Fatalf("%v is not a part of %v", got, all)
			}
		}
	})
}

func TestPausedClocksStand(t *testing.T) {
	begin := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	s := State{Job: Job{Paused: true, Spec: graph.Job{Schedule: graph.Schedule{Cron: "@hourly"}}}, Now: begin.Add(5 * time.Hour), LastTick: begin}
	if d := Decide(s); len(d.Commands) != 1 || d.Commands[0] != (Hold{"", "Paused", "it is paused"}) || !d.Wake.IsZero() {
		t.Errorf("%v", d)
	}
	s.Job.Paused = false
	want := Tick{At: []time.Time{begin.Add(5 * time.Hour)}, Upto: begin.Add(5 * time.Hour)}
	d := Decide(s)
	if tick, ok := d.Commands[0].(Tick); !ok || !slices.EqualFunc(tick.At, want.At, time.Time.Equal) || !d.Again {
		t.Errorf("%v", d)
	}
	s.Job.Spec.Schedule.CatchUp, s.Now = "none", s.Now.Add(2*time.Minute)
	if tick, ok := Decide(s).Commands[0].(Tick); !ok || len(tick.At) != 0 {
		t.Errorf("a tick that was missed: %v", tick)
	}
}

package schedule

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/weirci/weir/compiler/graph"
)

// everyHour is set in the hours of a cron expression that leaves them open.
const everyHour = 1 << 63

// clock is a schedule's ticks.
//
// Where the hour is open, as in "*/10 * * * *", they follow the time that passes:
// when clocks go back there are ticks in both of the hours that have the same name.
// Where it is named, as in "30 2 * * *", they follow what the clock on the wall shows:
// a time that is skipped ticks when it would have been there, a time that comes
// twice ticks the first time.
type clock struct {
	spec *cron.SpecSchedule
	zone *time.Location
}

func newClock(s graph.Schedule) (clock, error) {
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor).Parse(s.Cron)
	if err != nil {
		return clock{}, fmt.Errorf("cron %q: %w", s.Cron, err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return clock{}, fmt.Errorf("cron %q: it has no tick of a clock", s.Cron)
	}
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return clock{}, fmt.Errorf("time zone %q: %w", s.Timezone, err)
	}
	spec.Location = time.UTC
	return clock{spec, zone}, nil
}

// next is the first tick after a time; zero: there is none.
func (c clock) next(after time.Time) time.Time {
	if c.spec.Hour&everyHour != 0 {
		return c.nextElapsed(after)
	}
	for wall := wallOf(after, c.zone).Add(-3 * time.Hour); ; { // no clock is moved by more
		if wall = c.spec.Next(wall); wall.IsZero() {
			return time.Time{}
		}
		if at := instant(wall, c.zone); at.After(after) {
			return at
		}
	}
}

func (c clock) nextElapsed(after time.Time) time.Time {
	spec := *c.spec
	spec.Location = c.zone
	return spec.Next(after.In(c.zone))
}

// wallOf is what the clock on the wall shows, as a time of a place that never moves
// its clocks.
func wallOf(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	h, min, s := t.In(zone).Clock()
	return time.Date(y, m, d, h, min, s, 0, time.UTC)
}

// instant is when the clock on the wall shows a time, or would have.
func instant(wall time.Time, zone *time.Location) time.Time {
	before := wall.Add(-24 * time.Hour)
	_, offset := time.Date(before.Year(), before.Month(), before.Day(), before.Hour(), before.Minute(), 0, 0, zone).Zone()
	at := wall.Add(-time.Duration(offset) * time.Second) // by the offset of the day before: the first time, or the time that was skipped
	if wallOf(at, zone).Equal(wall) {
		return at
	}
	later := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	if wallOf(later, zone).Equal(wall) {
		return later
	}
	return at
}

// latest is the last tick in (after, until]; zero: there is none. It looks back
// further and further, so that a long pause costs nothing.
func (c clock) latest(after, until time.Time) time.Time {
	for _, back := range []time.Duration{time.Hour, 24 * time.Hour, 32 * 24 * time.Hour, 370 * 24 * time.Hour, 0} {
		from := until.Add(-back)
		if back == 0 || from.Before(after) {
			from = after
		}
		var last time.Time
		for t := c.next(from); !t.IsZero() && !t.After(until); t = c.next(t) {
			last = t
		}
		if !last.IsZero() || from.Equal(after) {
			return last
		}
	}
	return time.Time{}
}

package timer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the container that this runs in has no time zones of its own

	"github.com/weirci/weir/worker/resource"
)

// Source is what a resource of this type says.
type Source struct {
	Interval       string   `json:"interval"` // "5m"; needed where there is no start and stop
	Start          string   `json:"start"`    // "9:00 AM", "9AM", "09:00", "0900"
	Stop           string   `json:"stop"`     // before it; a stop before the start is on the next day
	Days           []string `json:"days"`     // only on these
	Location       string   `json:"location"` // of start, stop and days; default UTC
	InitialVersion bool     `json:"initial_version"`
}

// rule is a source that makes sense.
type rule struct {
	interval    time.Duration // 0: once in each range
	ranged      bool
	start, stop time.Duration // since midnight
	days        []time.Weekday
	location    *time.Location
	initial     bool // the first check gives a version, due or not
}

func parse(raw json.RawMessage) (rule, error) {
	s, err := resource.Configure[Source]("source", raw)
	if err != nil {
		return rule{}, err
	}
	r := rule{location: time.UTC, initial: s.InitialVersion, ranged: s.Start != "" || s.Stop != ""}
	switch {
	case (s.Start == "") != (s.Stop == ""):
		return rule{}, errors.New("source: start and stop go together")
	case s.Interval == "" && !r.ranged:
		return rule{}, errors.New("source: give interval, or start and stop")
	}
	if s.Interval != "" {
		if r.interval, err = time.ParseDuration(s.Interval); err != nil || r.interval <= 0 {
			return rule{}, fmt.Errorf("source.interval: %q is no duration such as 90s, 5m or 1h", s.Interval)
		}
	}
	if s.Location != "" {
		if r.location, err = time.LoadLocation(s.Location); err != nil {
			return rule{}, fmt.Errorf("source.location: %w", err)
		}
	}
	if r.ranged {
		r.start, err = clock("start", s.Start)
		stop, stopErr := clock("stop", s.Stop)
		if err := errors.Join(err, stopErr); err != nil {
			return rule{}, err
		}
		r.stop = stop
	}
	r.days, err = weekdays(s.Days)
	return r, err
}

func clock(field, s string) (time.Duration, error) {
	for _, layout := range []string{"3:04 PM", "3PM", "3 PM", "15:04", "1504"} {
		if t, err := time.Parse(layout, strings.ToUpper(s)); err == nil {
			return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
		}
	}
	return 0, fmt.Errorf("source.%s: %q is no time of day such as 9:00 AM, 9AM, 09:00 or 0900", field, s)
}

func weekdays(names []string) ([]time.Weekday, error) {
	var out []time.Weekday
	for _, name := range names {
		day := time.Sunday
		for ; day <= time.Saturday && !strings.EqualFold(day.String(), name); day++ {
		}
		if day > time.Saturday {
			return nil, fmt.Errorf("source.days: %q is no day of the week", name)
		}
		out = append(out, day)
	}
	return out, nil
}

// due says whether now is a new version, the last being last (zero: none yet).
func (r rule) due(last, now time.Time) bool {
	if last.IsZero() && r.initial {
		return true
	}
	from, inside := r.window(now.In(r.location))
	switch {
	case !inside:
		return false
	case last.IsZero():
		return true
	case r.interval > 0:
		return now.Sub(last) >= r.interval
	}
	return last.Before(from)
}

// window is the start of the range that now is in. The day of a range over
// midnight is the one that it starts on.
func (r rule) window(now time.Time) (from time.Time, inside bool) {
	if !r.ranged {
		return now, r.onDay(now)
	}
	for _, back := range []int{0, 1} {
		day := now.AddDate(0, 0, -back)
		from := at(day, r.start)
		to := at(day, r.stop)
		if !to.After(from) {
			to = at(day.AddDate(0, 0, 1), r.stop)
		}
		if r.onDay(day) && !now.Before(from) && now.Before(to) {
			return from, true
		}
	}
	return time.Time{}, false
}

func (r rule) onDay(t time.Time) bool {
	return len(r.days) == 0 || slices.Contains(r.days, t.Weekday())
}

// at is a time of day on the wall clock of t's place, also where that day is 23
// or 25 hours long.
func at(t time.Time, sinceMidnight time.Duration) time.Time {
	h, m := int(sinceMidnight/time.Hour), int(sinceMidnight%time.Hour/time.Minute)
	return time.Date(t.Year(), t.Month(), t.Day(), h, m, 0, 0, t.Location())
}

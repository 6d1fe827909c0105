package notify

import (
	"fmt"
	"net/http"
	"time"

	"github.com/weirci/weir/state"
)

// Limits say how often and for how long something is tried.
type Limits struct {
	Attempts int
	Age      time.Duration // since the first attempt was due
	First    time.Duration // before the second attempt; doubled for each one after it
	Most     time.Duration // between two attempts
}

// DefaultLimits try for most of a day: after ten seconds, twenty, forty, and in the
// end every two hours.
func DefaultLimits() Limits {
	return Limits{Attempts: 20, Age: 24 * time.Hour, First: 10 * time.Second, Most: 2 * time.Hour}
}

// outcome is what an attempt is judged by.
type outcome struct {
	state.Delivered
	row   state.NotificationRow // with this attempt counted
	next  time.Time
	limit Limits
}

// rules are looked at from top to bottom: the first that fits says what becomes of
// a notification that was tried.
var rules = []struct {
	fits func(outcome) bool
	to   state.NotificationState
	why  func(outcome) string
}{
	{func(o outcome) bool { return o.OK }, state.NotificationSent, func(outcome) string { return "" }},
	{func(o outcome) bool { return o.Skip }, state.NotificationSkipped, func(o outcome) string { return o.Reason }},
	{func(o outcome) bool { return o.Hopeless }, state.NotificationDead, func(o outcome) string { return o.Reason }},
	{func(o outcome) bool { return o.row.Attempts >= o.limit.Attempts }, state.NotificationDead,
		func(o outcome) string { return fmt.Sprintf("given up after %d attempts: %s", o.row.Attempts, o.Reason) }},
	{func(o outcome) bool { return o.next.Sub(o.row.Since) > o.limit.Age }, state.NotificationDead,
		func(o outcome) string {
			return fmt.Sprintf("given up: the next attempt would be after more than %s: %s", o.limit.Age, o.Reason)
		}},
	{func(outcome) bool { return true }, state.NotificationWaiting, func(o outcome) string { return o.Reason }},
}

// After says what becomes of a notification that was tried. Jitter is in [0, 1).
func After(row state.NotificationRow, got state.Delivered, l Limits, now time.Time, jitter float64) state.NotificationChange {
	row.Attempts++
	wait := max(state.Backoff(l.First, l.Most, row.Attempts, jitter), got.RetryAfter)
	o := outcome{got, row, now.Add(wait), l}
	for _, r := range rules {
		if r.fits(o) {
			return state.NotificationChange{ID: row.ID, Kind: row.Kind, State: r.to, Attempts: row.Attempts, Next: o.next, Reason: r.why(o)}
		}
	}
	panic("notify: no rule fits, and the last one fits all")
}

// Hopeless says of an HTTP status that another attempt would come to the same: the
// request is wrong, or refused. What is said to be for a while is tried again.
func Hopeless(code int) bool {
	switch code {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return code >= 300 && code < 500
}

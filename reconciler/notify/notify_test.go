package notify_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/reconciler/notify"
	"github.com/weirci/weir/state"
)

var (
	noon   = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	limits = notify.DefaultLimits()
)

func row(id, kind, status string, s state.NotificationState, next time.Duration) state.NotificationRow {
	return state.NotificationRow{ID: id, Kind: kind, Status: status, State: s, Since: noon.Add(-time.Minute), Next: noon.Add(next)}
}

func TestDecide(t *testing.T) {
	old := row("a", "slack", "failed", state.NotificationWaiting, 0)
	old.Since = noon.Add(-25 * time.Hour)
	for name, c := range map[string]struct {
		rows   []state.NotificationRow
		gone   bool
		send   string // the id
		settle string // id, state, reason
		wake   time.Duration
	}{
		"what is due is sent":          {rows: []state.NotificationRow{row("a", "slack", "failed", state.NotificationWaiting, 0)}, send: "a"},
		"what is not due waits":        {rows: []state.NotificationRow{row("a", "slack", "failed", state.NotificationWaiting, time.Minute)}, wake: time.Minute},
		"nothing is left":              {rows: []state.NotificationRow{row("a", "slack", "failed", state.NotificationSent, 0), row("b", "slack", "fixed", state.NotificationDead, 0)}},
		"one that waits holds none up": {rows: []state.NotificationRow{row("a", "slack", "started", state.NotificationWaiting, time.Hour), row("b", "slack", "failed", state.NotificationWaiting, 0)}, send: "b"},
		"a commit has its last status": {
			rows:   []state.NotificationRow{row("a", "github", "started", state.NotificationWaiting, 0), row("b", "github", "failed", state.NotificationWaiting, 0)},
			settle: "a skipped " + notify.Superseded,
		},
		"also where that was sent": {
			rows:   []state.NotificationRow{row("a", "gitea", "started", state.NotificationWaiting, time.Hour), row("b", "gitea", "failed", state.NotificationSent, 0)},
			settle: "a skipped " + notify.Superseded,
		},
		"nobody wants it any more": {rows: []state.NotificationRow{row("a", "slack", "failed", state.NotificationWaiting, time.Hour)}, gone: true, settle: "a skipped " + notify.NotWanted},
		"it is too old":            {rows: []state.NotificationRow{old}, settle: "a dead " + notify.TooOld},
	} {
		d := notify.Decide(state.NotificationSnapshot{Now: noon, Wanted: !c.gone, Rows: c.rows}, limits)
		var sent, settled string
		switch cmd := d.Command.(type) {
		case notify.Send:
			sent = cmd.Row.ID
		case notify.Settle:
			settled = strings.Join([]string{cmd.Change.ID, string(cmd.Change.State), cmd.Change.Reason}, " ")
		}
		var wake time.Duration
		if !d.Wake.IsZero() {
			wake = d.Wake.Sub(noon)
		}
		if sent != c.send || settled != c.settle || wake != c.wake {
			t.Errorf("%s: sends %q, settles %q, wakes in %s", name, sent, settled, wake)
		}
	}
}

func TestAfter(t *testing.T) {
	waiting := row("a", "slack", "failed", state.NotificationWaiting, 0)
	last := waiting
	last.Attempts = limits.Attempts - 1
	for name, c := range map[string]struct {
		row  state.NotificationRow
		got  state.Delivered
		want state.NotificationState
		wait time.Duration
		why  string
	}{
		"it arrived":                {waiting, state.Delivered{OK: true}, state.NotificationSent, 0, ""},
		"there is nothing to tell":  {waiting, state.Delivered{Skip: true, Reason: "no commit"}, state.NotificationSkipped, 0, "no commit"},
		"it is refused":             {waiting, state.Delivered{Hopeless: true, Reason: "403"}, state.NotificationDead, 0, "403"},
		"it failed":                 {waiting, state.Delivered{Reason: "500"}, state.NotificationWaiting, 10 * time.Second, "500"},
		"the other side says when":  {waiting, state.Delivered{RetryAfter: time.Hour, Reason: "429"}, state.NotificationWaiting, time.Hour, "429"},
		"the other side says never": {waiting, state.Delivered{RetryAfter: 48 * time.Hour, Reason: "429"}, state.NotificationDead, 0, "given up: the next attempt would be after more than 24h0m0s: 429"},
		"that was the last time":    {last, state.Delivered{Reason: "500"}, state.NotificationDead, 0, "given up after 20 attempts: 500"},
		"the last time may succeed": {last, state.Delivered{OK: true}, state.NotificationSent, 0, ""},
	} {
		ch := notify.After(c.row, c.got, limits, noon, 0.5)
		if ch.State != c.want || ch.Reason != c.why || ch.Attempts != c.row.Attempts+1 || c.want == state.NotificationWaiting && ch.Next.Sub(noon) != c.wait {
			t.Errorf("%s: %+v", name, ch)
		}
	}
}

// Whatever the other side does, a notification ends: within so many attempts and so
// much time, never tried before it may be, and each wait longer than half the one
// before it, up to the most.
func TestEachEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, r := noon, row("a", "webhook", "failed", state.NotificationWaiting, 0)
		for n := 1; ; n++ {
			d := notify.Decide(state.NotificationSnapshot{Now: now, Wanted: true, Rows: []state.NotificationRow{r}}, limits)
			if _, ok := d.Command.(notify.Settle); ok {
				t.Fatalf("attempt %d is too late: it should have been given up before", n)
			}
			if _, ok := d.Command.(notify.Send); !ok {
				t.Fatalf("attempt %d: nothing is sent when it is due", n)
			}
			got := state.Delivered{
				OK: rapid.IntRange(0, 30).Draw(t, "ok") == 0, Hopeless: rapid.IntRange(0, 30).Draw(t, "hopeless") == 0, Reason: "no",
				RetryAfter: time.Duration(rapid.SampledFrom([]int64{0, 0, 1, 3600, 90000}).Draw(t, "after")) * time.Second,
			}
			ch := notify.After(r, got, limits, now, rapid.Float64Range(0, 0.999).Draw(t, "jitter"))
			if ch.State != state.NotificationWaiting {
				if ch.State == state.NotificationDead && ch.Reason == "" {
					t.Fatal("it is given up without a reason")
				}
				return
			}
			if n >= limits.Attempts || ch.Next.Sub(r.Since) > limits.Age {
				t.Fatalf("attempt %d at %s is not the last", n, now)
			}
			if wait := ch.Next.Sub(now); wait < got.RetryAfter || wait < limits.First*3/4 {
				t.Fatalf("attempt %d is tried again after %s", n, wait)
			}
			r.State, r.Attempts, r.Next, now = ch.State, ch.Attempts, ch.Next, ch.Next
		}
	})
}

func TestHopeless(t *testing.T) {
	for code, want := range map[int]bool{301: true, 400: true, 401: true, 403: true, 404: true, 410: true, 408: false, 425: false, 429: false, 500: false, 502: false, 503: false} {
		if notify.Hopeless(code) != want {
			t.Errorf("%d: %v", code, !want)
		}
	}
}

package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// phase is a part of the time of a run, and what a long one means.
type phase struct {
	name, means string
	glyph       string
	spent       func(*weirv1.Attempt) int64 // milliseconds
}

// phases are in the order in which they come.
func phases() []phase {
	const waits, prepares, runs = "·", "▒", "█"
	return []phase{
		{"queue", "until a server had decided on it, or its retry was due", waits, (*weirv1.Attempt).GetQueueMs},
		{"place", "until a worker had room and had it", waits, (*weirv1.Attempt).GetPlaceMs},
		{"pull", "until its image was there", prepares, (*weirv1.Attempt).GetPullMs},
		{"fetch", "until its inputs and caches were in their places", prepares, (*weirv1.Attempt).GetFetchMs},
		{"create", "until its container and its services were there", prepares, (*weirv1.Attempt).GetCreateMs},
		{"run", "for its program", runs, (*weirv1.Attempt).GetRunMs},
		{"upload", "for the end of its log and its result to be handed over", prepares, (*weirv1.Attempt).GetUploadMs},
	}
}

func total(a *weirv1.Attempt) (ms int64) {
	for _, p := range phases() {
		ms += p.spent(a)
	}
	return ms
}

// Times is the table of where the time of a build's runs went, an attempt a line.
func Times(all []*weirv1.Attempt) Table {
	t := Table{Header: []string{"path", "step", "status", "worker"}, Empty: "none of its steps ran on a worker"}
	for _, p := range phases() {
		t.Header = append(t.Header, p.name)
	}
	t.Header = append(t.Header, "total", "· waits ▒ prepares █ runs")
	longest := int64(1)
	for _, a := range all {
		longest = max(longest, total(a))
	}
	for _, a := range all {
		t.Rows = append(t.Rows, timesRow(a, longest))
	}
	return t
}

func timesRow(a *weirv1.Attempt, longest int64) []Cell {
	row := []Cell{Text(a.Path), Text(attemptName(a)), Text(a.Status), Text(a.Worker)}
	for _, p := range phases() {
		row = append(row, millis(p.spent(a)))
	}
	return append(row, millis(total(a)), Text(bar(a, longest)))
}

func attemptName(a *weirv1.Attempt) string {
	name := strings.TrimSpace(a.Kind + " " + a.Step)
	if a.Attempt > 1 {
		name += fmt.Sprintf(", attempt %d", a.Attempt)
	}
	return name
}

// barWidth is that of the bar of the run that took longest.
const barWidth = 24

// bar shows the phases in proportion. Its parts end where the sum up to them does, so
// that rounding never adds up.
func bar(a *weirv1.Attempt, longest int64) string {
	var b strings.Builder
	var sum, drawn int64
	for _, p := range phases() {
		sum += p.spent(a)
		to := sum * barWidth / longest
		b.WriteString(strings.Repeat(p.glyph, int(to-drawn)))
		drawn = to
	}
	return b.String()
}

// slow is from when on a build's time is worth a line of its own.
const slow = 2 * time.Second

// Slowest says of the run that took longest what it took so long for; "" where none
// took long.
func Slowest(all []*weirv1.Attempt) string {
	if len(all) == 0 {
		return ""
	}
	a := slices.MaxFunc(all, func(a, b *weirv1.Attempt) int { return int(total(a) - total(b)) })
	if total(a) < slow.Milliseconds() {
		return ""
	}
	p := slices.MaxFunc(phases(), func(p, q phase) int { return int(p.spent(a) - q.spent(a)) })
	took := "took"
	if a.EndedAt == nil {
		took = "has taken"
	}
	return fmt.Sprintf("slowest: %s (%s) %s %s, of which %s was %s: %s", attemptName(a), a.Path, took, millis(total(a)).Text, millis(p.spent(a)).Text, p.name, p.means)
}

// millis is short where it is short: what takes milliseconds is worth seeing here.
func millis(ms int64) Cell {
	switch {
	case ms <= 0:
		return Cell{Text: "-", Style: Gray}
	case ms < 1000:
		return Text(fmt.Sprintf("%dms", ms))
	}
	return Text(Length(time.Duration(ms) * time.Millisecond))
}

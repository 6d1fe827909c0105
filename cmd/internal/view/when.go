package view

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// Ago says how long before now something was: "12s ago"; "" for never.
func Ago(now time.Time, at *timestamppb.Timestamp) string {
	if at == nil {
		return ""
	}
	d := now.Sub(at.AsTime())
	if d < 0 {
		return "in " + Length(-d)
	}
	if d < time.Second {
		return "just now"
	}
	return Length(d) + " ago"
}

// Took says how long something lasted, or lasts so far; "" before its start.
func Took(now time.Time, from, to *timestamppb.Timestamp) string {
	if from == nil {
		return ""
	}
	end := now
	if to != nil {
		end = to.AsTime()
	}
	return Length(max(end.Sub(from.AsTime()), 0))
}

// Length prints a duration in its one or two largest units: 0.4s, 12s, 3m20s,
// 5h10m, 4d.
func Length(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%dm", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%dd", int(d.Hours())/24)
	}
}

package view

import (
	"fmt"
	"strconv"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Notifications is the table of what was sent, waits, or was given up.
func Notifications(now time.Time, all []*weirv1.Notification) Table {
	t := Table{
		Header: []string{"id", "pipeline", "to", "kind", "about", "state", "tries", "when", "why"},
		Empty:  "nothing was to be sent",
	}
	for _, n := range all {
		about := "a test"
		if n.Job != "" {
			about = fmt.Sprintf("%s #%d %s", n.Job, n.Build, n.Status)
		}
		if n.Change != "" {
			about += " (" + n.Change + ")"
		}
		when := Ago(now, n.CreatedAt)
		if n.EndedAt != nil {
			when = Ago(now, n.EndedAt)
		} else if n.Attempts > 0 && n.NextAt != nil && n.NextAt.AsTime().After(now) {
			when = "again " + Ago(now, n.NextAt)
		}
		t.Rows = append(t.Rows, []Cell{Text(strconv.FormatInt(n.Number, 10)), Text(n.Pipeline), Text(n.Address), Text(n.Kind), Text(about),
			{Text: n.State, Style: notificationStyles[n.State]}, Text(strconv.Itoa(int(n.Attempts))), Text(when), {Text: n.Reason, Style: Gray}})
	}
	return t
}

// notificationStyles is read only.
var notificationStyles = map[string]Style{"sent": Green, "dead": Red, "waiting": Yellow, "skipped": Gray}

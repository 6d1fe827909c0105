package view

import (
	"fmt"
	"strings"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Approvals is the table of steps that wait for a person.
func Approvals(now time.Time, all []*weirv1.Approval) Table {
	t := Table{
		Header: []string{"pipeline", "build", "step", "asked", "until", "who may", "message"},
		Empty:  "nothing waits for an approval",
	}
	for _, a := range all {
		until, who := "-", "members"
		if a.ExpiresAt != nil {
			until = a.ExpiresAt.AsTime().UTC().Format("2006-01-02 15:04 MST")
		}
		if len(a.Approvers) > 0 {
			who = strings.Join(a.Approvers, ", ")
		}
		t.Rows = append(t.Rows, []Cell{Text(a.Pipeline), Text(fmt.Sprintf("%s #%d", a.Job, a.Number)), Text(a.Step),
			Text(Ago(now, a.AskedAt)), Text(until), Text(who), {Text: a.Message, Style: Gray}})
	}
	return t
}

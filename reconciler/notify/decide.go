package notify

import (
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// Command is what is to be done: Send or Settle.
type Command interface{ command() }

// Send has a notification sent.
type Send struct{ Row state.NotificationRow }

// Settle says what becomes of a notification without sending it.
type Settle struct{ Change state.NotificationChange }

func (Send) command()   {}
func (Settle) command() {}

// Decision is what to do now, one thing at a time, and when to look again; both
// empty: nothing is left.
type Decision struct {
	Command Command
	Wake    time.Time
}

// Why something is not sent.
const (
	NotWanted  = "the pipeline has this notification no more"
	Superseded = "a later status of the commit took its place"
	TooOld     = "it could not be sent in time"
)

// Decide looks at all that is to be told to one address of one build, oldest first.
func Decide(s state.NotificationSnapshot, l Limits) Decision {
	var d Decision
	for i, row := range s.Rows {
		switch {
		case row.State != state.NotificationWaiting:
			continue
		case !s.Wanted:
			return settle(row, state.NotificationSkipped, NotWanted)
		case graph.ForgeType(row.Kind) && laterIn(s.Rows[i+1:]):
			return settle(row, state.NotificationSkipped, Superseded)
		case s.Now.Sub(row.Since) > l.Age:
			return settle(row, state.NotificationDead, TooOld)
		case !row.Next.After(s.Now):
			return Decision{Command: Send{row}}
		case d.Wake.IsZero() || row.Next.Before(d.Wake):
			d.Wake = row.Next
		}
	}
	return d
}

// laterIn says that a status came after: of a commit only the last one counts, and
// one that is late must not take its place.
func laterIn(rows []state.NotificationRow) bool {
	for _, r := range rows {
		if r.Status != state.StatusTest && r.State != state.NotificationSkipped {
			return true
		}
	}
	return false
}

func settle(row state.NotificationRow, to state.NotificationState, why string) Decision {
	return Decision{Command: Settle{state.NotificationChange{ID: row.ID, Kind: row.Kind, State: to, Attempts: row.Attempts, Next: row.Next, Reason: why}}}
}

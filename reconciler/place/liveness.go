package place

import (
	"fmt"
	"time"

	"github.com/weirci/weir/state"
)

// Patience says how long a worker may be silent.
type Patience struct {
	Stalled time.Duration // then it is stalled: it gets no more runs, and keeps those it has
	Lost    time.Duration // then those are lost
}

// DefaultPatience fits a heartbeat every five seconds.
func DefaultPatience() Patience { return Patience{Stalled: 15 * time.Second, Lost: 2 * time.Minute} }

// Liveness is what is to be done about a worker: "" for nothing.
type Liveness string

// What is to be done.
const (
	Alive Liveness = ""
	Stall Liveness = "stall"     // it is stalled from now on
	Lose  Liveness = "lose runs" // its runs are lost
)

// Judge says what is to be done about a worker, with the reason, and when to look
// again; zero: when it answers.
func Judge(w Worker, heartbeat time.Time, p Patience, now time.Time) (l Liveness, message string, again time.Time) {
	silent := now.Sub(heartbeat)
	switch w.Status {
	case state.WorkerLanded:
		return Alive, "", time.Time{}
	case state.WorkerStalled:
		if w.InFlight == 0 {
			return Alive, "", time.Time{}
		}
		if silent >= p.Lost {
			return Lose, said(w, silent), time.Time{}
		}
		return Alive, "", heartbeat.Add(p.Lost)
	}
	if silent >= p.Stalled {
		return Stall, said(w, silent), heartbeat.Add(p.Lost)
	}
	return Alive, "", heartbeat.Add(p.Stalled)
}

func said(w Worker, silent time.Duration) string {
	return fmt.Sprintf("worker %s has said nothing for %v", w.Name, silent.Round(time.Second))
}

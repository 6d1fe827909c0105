package worker

import "time"

// Spent is where the time went before a run's program ran. What never came to pass
// is 0. It is measured by a clock that nobody sets.
type Spent struct {
	Pull   time.Duration // until its images, and those of its services, were there
	Fetch  time.Duration // until its inputs and caches were in their places
	Create time.Duration // the rest: network, container, services that are ready
}

// Stopwatch measures one thing after the other.
type Stopwatch struct {
	now  func() time.Time
	last time.Time
}

// NewStopwatch makes one that runs.
func NewStopwatch(now func() time.Time) *Stopwatch { return &Stopwatch{now, now()} }

// Lap adds what has passed since the last one.
func (s *Stopwatch) Lap(to *time.Duration) {
	at := s.now()
	*to += at.Sub(s.last)
	s.last = at
}

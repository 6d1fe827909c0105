package reconciler

import (
	"sync"
	"time"

	"github.com/weirci/weir/reconciler/notify"
	"github.com/weirci/weir/state"
)

// What is sent at once, by this server: one address cannot take all that there is.
const (
	sentAtOnce   = 64
	sentPerPlace = 4
	sendLater    = 25 * time.Millisecond // where there are as many, for each that came before
	sendLatest   = 5 * time.Second
	coolMost     = 5 * time.Minute // that a place is left alone after it failed
	mostPlaces   = 4096
)

// sends is what is being sent, and which places failed when something was sent to
// them last: what waits for those does not keep trying all at once. Losing it costs
// nothing.
type sends struct {
	mu  sync.Mutex
	all int
	at  map[string]*sendPlace
}

// sendPlace is an address that things are sent to.
type sendPlace struct {
	now      int       // that are being sent
	turned   int       // away meanwhile
	failures int       // in a row
	until    time.Time // left alone
}

// begin says whether something may be sent to a place now, or how long to wait.
func (s *sends) begin(place string, now time.Time) (wait time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.place(place)
	switch {
	case p.until.After(now):
		return p.until.Sub(now), false
	case s.all >= sentAtOnce, p.now >= sentPerPlace, p.failures > 0 && p.now > 0:
		p.turned++
		return min(time.Duration(p.turned)*sendLater, sendLatest), false
	}
	s.all++
	p.now++
	return 0, true
}

// end says how it went. A place that refuses something works.
func (s *sends) end(place string, got state.Delivered, now time.Time, l notify.Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.place(place)
	s.all--
	p.now--
	p.turned = max(p.turned-1, 0)
	if got.OK || got.Skip || got.Hopeless {
		p.failures, p.until = 0, time.Time{}
		return
	}
	p.failures++
	p.until = now.Add(max(state.Backoff(l.First/2, min(l.Most, coolMost), p.failures, 0.5), min(got.RetryAfter, coolMost)))
}

func (s *sends) place(name string) *sendPlace {
	if p := s.at[name]; p != nil {
		return p
	}
	if s.at == nil || len(s.at) >= mostPlaces {
		s.forget()
	}
	p := &sendPlace{}
	s.at[name] = p
	return p
}

// forget leaves the places that something is being sent to.
func (s *sends) forget() {
	kept := map[string]*sendPlace{}
	for name, p := range s.at {
		if p.now > 0 {
			kept[name] = p
		}
	}
	s.at = kept
}

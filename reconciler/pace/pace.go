package pace

import (
	"sync"
	"time"
)

// Rates are how many checks may start in a second; 0: any number.
type Rates struct {
	Server float64 // from here
	Host   float64 // that ask one host
}

// Default is what a server does without flags: more than ten thousand resources
// with a check a minute, and no more of one host than it would call a flood.
func Default() Rates { return Rates{Server: 500, Host: 25} }

// Pace gives out turns. It is safe for concurrent use.
type Pace struct {
	rates Rates

	mu    sync.Mutex
	next  map[string]time.Time // of mu: when the next turn is, by host; "": of the server
	turns map[string]turn      // of mu: by what waits for one
}

// turn is first one of its host, and when that has come one of the server: who
// waits for a slow host takes nothing from others.
type turn struct{ host, server time.Time }

// burst is what may start at once after a quiet time, as a part of a second's.
const burst = time.Second

// New gives out turns at these rates.
func New(r Rates) *Pace {
	return &Pace{rates: r, next: map[string]time.Time{}, turns: map[string]turn{}}
}

// Turn is when a thing may start: not after now, and the turn is taken, or later,
// and it is to ask again then. A host that is "" has no limit of its own.
func (p *Pace) Turn(id, host string, now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.turns[id]
	if t.host.IsZero() {
		t.host = p.take(host, p.hostRate(host), now)
	}
	if t.host.After(now) {
		return p.wait(id, t, t.host, now)
	}
	if t.server.IsZero() {
		t.server = p.take("", p.rates.Server, now)
	}
	if t.server.After(now) {
		return p.wait(id, t, t.server, now)
	}
	delete(p.turns, id)
	return now
}

// Charge counts one that starts out of turn.
func (p *Pace) Charge(host string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.take(host, p.hostRate(host), now)
	p.take("", p.rates.Server, now)
}

func (p *Pace) hostRate(host string) float64 {
	if host == "" {
		return 0
	}
	return p.rates.Host
}

// take is the next turn of a name.
func (p *Pace) take(name string, rate float64, now time.Time) time.Time {
	if rate <= 0 {
		return now
	}
	earliest := now.Add(-burst)
	at := p.next[name]
	if at.Before(earliest) {
		at = earliest
	}
	p.forgetHosts(earliest)
	p.next[name] = at.Add(time.Duration(float64(time.Second) / rate))
	if at.Before(now) {
		return now
	}
	return at
}

const many = 4096

// forgetHosts drops those that have all of their burst.
func (p *Pace) forgetHosts(quiet time.Time) {
	if len(p.next) < many {
		return
	}
	for name, at := range p.next {
		if at.Before(quiet) {
			delete(p.next, name)
		}
	}
}

// wait keeps a turn for who has to wait for it.
func (p *Pace) wait(id string, t turn, until, now time.Time) time.Time {
	if _, known := p.turns[id]; !known && len(p.turns) >= many {
		p.forgetTurns(now)
	}
	p.turns[id] = t
	return until
}

// forgetTurns drops those that were not taken for a minute: another server has
// checked what they were for.
func (p *Pace) forgetTurns(now time.Time) {
	for id, t := range p.turns {
		if last := later(t.host, t.server); last.Before(now.Add(-time.Minute)) {
			delete(p.turns, id)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

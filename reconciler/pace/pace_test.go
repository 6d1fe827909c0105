package pace

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// starts lets things ask for their turns until all have started, and says when.
func starts(p *Pace, hosts []string) []time.Duration {
	at := map[int]time.Time{}
	for i := range hosts {
		at[i] = begin
	}
	var out []time.Duration
	for len(at) > 0 {
		next := -1
		for i, t := range at {
			if next < 0 || t.Before(at[next]) || t.Equal(at[next]) && i < next {
				next = i
			}
		}
		now := at[next]
		if turn := p.Turn(fmt.Sprint(next), hosts[next], now); turn.After(now) {
			at[next] = turn
			continue
		}
		out = append(out, now.Sub(begin))
		delete(at, next)
	}
	return out
}

func TestTurns(t *testing.T) {
	same := func(host string, n int) []string { return slices.Repeat([]string{host}, n) }
	for name, tt := range map[string]struct {
		rates Rates
		hosts []string
		last  time.Duration // that starts; the first start at once
	}{
		"no limits":          {Rates{}, same("a", 1000), 0},
		"one host":           {Rates{Host: 10}, same("a", 110), 10 * time.Second},
		"hosts of their own": {Rates{Host: 10}, append(same("a", 10), same("b", 10)...), 0},
		"no host":            {Rates{Host: 10}, same("", 1000), 0},
		"the server":         {Rates{Server: 100, Host: 10}, same("", 1100), 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			got := starts(New(tt.rates), tt.hosts)
			last := got[len(got)-1]
			if got[0] != 0 || (last-tt.last).Abs() > 200*time.Millisecond {
				t.Errorf("from %v to %v, want up to %v", got[0], last, tt.last)
			}
		})
	}
}

// A slow host holds up nothing but itself.
func TestASlowHostTakesNothingFromOthers(t *testing.T) {
	p := New(Rates{Server: 100, Host: 1})
	for i := range 5000 {
		p.Turn(fmt.Sprint("slow", i), "slow", begin)
	}
	if at := p.Turn("other", "other", begin); at.After(begin) {
		t.Errorf("another host waits %v", at.Sub(begin))
	}
}

// Who starts out of turn is counted.
func TestCharge(t *testing.T) {
	p := New(Rates{Host: 10})
	for range 20 {
		p.Charge("a", begin)
	}
	if wait := p.Turn("x", "a", begin).Sub(begin); wait < 900*time.Millisecond {
		t.Errorf("the next waits %v", wait)
	}
}

// In any second, no more start than the rate and the burst allow, whoever asks in
// whatever order, and all start.
func TestNeverMoreThanTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rates := Rates{Server: float64(rapid.IntRange(5, 20).Draw(t, "server")), Host: float64(rapid.IntRange(1, 10).Draw(t, "host"))}
		hosts := rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "c"}), 1, 100).Draw(t, "hosts")
		got := starts(New(rates), hosts)
		if len(got) != len(hosts) {
			t.Fatalf("%d of %d started", len(got), len(hosts))
		}
		for i, from := range got {
			n := 0
			for _, at := range got[i:] {
				if at-from < time.Second {
					n++
				}
			}
			if most := int(2*rates.Server) + 1; n > most {
				t.Fatalf("%d start in the second after %v, at most %d may", n, from, most)
			}
		}
	})
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	p := New(Rates{Server: 1, Host: 1})
	for i := range 3 * many {
		now := begin.Add(time.Duration(i) * 10 * time.Minute)
		p.Turn(fmt.Sprint("x", i), fmt.Sprint("host", i), now)
		p.Turn(fmt.Sprint("y", i), fmt.Sprint("host", i), now)
	}
	if len(p.next) > many || len(p.turns) > many {
		t.Errorf("%d hosts, %d turns", len(p.next), len(p.turns))
	}
}

package containerd

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// waited is how long a wait takes while play goes on.
func waited(t *testing.T, most int, play func(l *lull)) (took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		l := newLull(most)
		began := time.Now()
		var others sync.WaitGroup
		others.Go(func() { play(l) })
		l.wait(t.Context())
		took = time.Since(began)
		others.Wait()
	})
	return took
}

func TestALullIsWaitedFor(t *testing.T) {
	for name, c := range map[string]struct {
		most int
		want time.Duration
		play func(l *lull)
	}{
		"nothing is started":      {1, calm, func(*lull) {}},
		"a start comes soon":      {1, 10*time.Millisecond + 100*time.Millisecond + calm, func(l *lull) { start(l, 10*time.Millisecond, 100*time.Millisecond) }},
		"a start comes late":      {1, calm, func(l *lull) { start(l, 2*calm, 10*time.Millisecond) }},
		"one start after another": {1, longest, func(l *lull) { startAgainAndAgain(l, 20*time.Millisecond) }},
		"a start that takes long": {1, longest, func(l *lull) { start(l, 0, 2*longest) }},
		"two starts at once": {1, 200*time.Millisecond + calm, func(l *lull) {
			var other sync.WaitGroup
			other.Go(func() { start(l, 0, 200*time.Millisecond) })
			defer other.Wait()
			start(l, 0, 100*time.Millisecond)
		}},
		"nothing may be put off": {0, 0, func(l *lull) { start(l, 0, longest) }},
		"another one needs a place": {1, 30 * time.Millisecond, func(l *lull) {
			time.Sleep(30 * time.Millisecond)
			l.wait(context.Background())
		}},
		"there is a place for another": {2, calm, func(l *lull) {
			time.Sleep(30 * time.Millisecond)
			l.wait(context.Background())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := waited(t, c.most, c.play); got != c.want {
				t.Errorf("waited %s, want %s", got, c.want)
			}
		})
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l := newLull(1)
	defer l.begin()()
	l.wait(ctx)
	if len(l.waiting) > 0 {
		t.Error("it still has a place")
	}
}

func start(l *lull, after, takes time.Duration) {
	time.Sleep(after)
	defer l.begin()()
	time.Sleep(takes)
}

func startAgainAndAgain(l *lull, takes time.Duration) {
	for range 2 * longest / takes {
		start(l, takes, takes)
	}
}

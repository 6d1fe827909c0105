package agent

import (
	"context"
	"time"
)

// callTimeout bounds one call to the server.
const callTimeout = 30 * time.Second

// backoff is exponential with jitter: the nth delay is between half and all of
// least·2ⁿ, and of most at the most.
type backoff struct {
	least, most time.Duration
	rand        func() float64
	n           int
}

func (b *backoff) next() time.Duration {
	d := b.most
	if b.n < 30 && b.least<<b.n < b.most {
		d = b.least << b.n
		b.n++
	}
	return d/2 + time.Duration(b.rand()*float64(d/2))
}

func (b *backoff) reset() { b.n = 0 }

func (a *Agent) backoff() *backoff {
	return &backoff{least: 20 * time.Millisecond, most: 5 * time.Second, rand: a.opts.Rand}
}

// sleep ends early, with an error, when ctx does.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

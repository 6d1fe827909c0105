package state

import "time"

// Backoff is how long to wait after n faults in a row: base, doubled for each
// fault after the first, most at the end, and spread by up to a quarter either
// way. Jitter is a random number in [0, 1) that the caller brings.
func Backoff(base, most time.Duration, n int, jitter float64) time.Duration {
	d := base
	for range n - 1 {
		if d >= most/2 {
			d = most
			break
		}
		d *= 2
	}
	return time.Duration(float64(min(d, most)) * (0.75 + jitter/2))
}

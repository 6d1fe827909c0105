package state

import "time"

// Claim is a key of the queue that one holder has until a time, unless it
// extends it. Whoever claims the key after that has another epoch, and what the
// old holder then commits is refused with ErrFenced.
type Claim struct {
	Key      Key
	Epoch    int64     // of no other claim, ever
	Due      time.Time // when it was to be looked at
	Failures int       // in a row, before this claim
}

// QueueDepth is how much of one kind of key waits.
type QueueDepth struct {
	Kind   string
	Keys   int64         // in the queue, due or not
	Due    int64         // due and not held
	Held   int64         // by a live holder
	Oldest time.Duration // since when the oldest of Due is due
}

package check

import (
	"fmt"
	"time"

	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// Known is what the store has of the versions that a run answered.
type Known struct {
	Most   int64            // the highest check order of the scope
	Orders map[string]int64 // by digest; absent: never seen
}

// Ordered is a version and its place.
type Ordered struct {
	Version map[string]string
	Order   int64
	New     bool // was not there, or only as an input or output
}

const (
	defaultBase = time.Minute
	leastBase   = time.Second
	infraBase   = 5 * time.Second
	most        = 15 * time.Minute
)

// ended decides what a run that has ended says.
func (d *decider) ended(r Run) {
	switch {
	case r.Status == state.RunLost || r.Infra:
		d.fail(r.ID, "its worker was lost or at fault: "+orElse(r.Message, "it stopped answering"), infraBase)
	case r.TimedOut:
		d.fail(r.ID, fmt.Sprintf("timed out after %v", d.Timeout), d.base())
	case r.ExitCode == nil || *r.ExitCode < 0:
		d.fail(r.ID, orElse(r.Message, "ended without an exit code"), d.base())
	case *r.ExitCode != 0:
		d.fail(r.ID, exited(r), d.base())
	default:
		d.found(r)
	}
}

// exited says why a check failed, in its own words where it had any.
func exited(r Run) string {
	text := fmt.Sprintf("check ended with exit code %d", *r.ExitCode)
	if r.Said != "" {
		text += ": " + r.Said
	}
	return text
}

func (d *decider) found(r Run) {
	versions, err := protocol.ParseVersions(r.Result)
	if err != nil {
		d.fail(r.ID, err.Error(), d.base())
		return
	}
	ordered, found := order(versions, d.Known(versions))
	rec := RecordVersions{Run: r.ID, Versions: ordered, Found: found}
	if d.Every > 0 && d.Active {
		rec.Due = d.next(r.Created)
		d.out.Wake = rec.Due
	}
	d.say(rec)
	d.askedAgain()
}

// next is a beat after the check began, spread a little so that scopes made
// together do not stay together. It is never in the past.
func (d *decider) next(began time.Time) time.Time {
	at := began.Add(time.Duration(float64(d.Every) * (0.95 + d.Jitter/10)))
	if at.Before(d.Now) {
		return d.Now
	}
	return at
}

// askedAgain: a request is settled when its run is made, so one that is there now
// came after that, and wants another.
func (d *decider) askedAgain() {
	if d.Requested {
		d.out.Wake = d.Now
	}
}

// order gives places to what a check answered, oldest first, as Concourse does:
// with nothing new in it, nothing moves; otherwise all of it goes on top, in its
// order.
func order(versions []map[string]string, known Known) ([]Ordered, int) {
	versions = distinct(versions)
	found := 0
	for _, v := range versions {
		if known.Orders[state.VersionDigest(v)] == 0 {
			found++
		}
	}
	if found == 0 {
		return nil, 0
	}
	out := make([]Ordered, len(versions))
	for i, v := range versions {
		out[i] = Ordered{v, known.Most + int64(i) + 1, known.Orders[state.VersionDigest(v)] == 0}
	}
	return out, found
}

// distinct keeps the last of equal versions.
func distinct(versions []map[string]string) []map[string]string {
	last := map[string]int{}
	for i, v := range versions {
		last[state.VersionDigest(v)] = i
	}
	var out []map[string]string
	for i, v := range versions {
		if last[state.VersionDigest(v)] == i {
			out = append(out, v)
		}
	}
	return out
}

// fail notes a failure; the next try comes later with each in a row.
func (d *decider) fail(run, message string, base time.Duration) {
	f := RecordFailure{Run: run, Error: message, Failures: d.Failures + 1}
	if d.Every > 0 && d.Active {
		f.Due = d.Now.Add(state.Backoff(base, max(most, d.Every), f.Failures, d.Jitter))
		d.out.Wake = f.Due
	}
	d.say(f)
	if run != "" {
		d.askedAgain()
	}
}

// base is the first wait after a failure.
func (d *decider) base() time.Duration {
	if d.Every == 0 {
		return defaultBase
	}
	return max(d.Every, leastBase)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

package schedule

import (
	"cmp"
	"fmt"
	"time"
)

// Of the builds of all jobs in a serial group one runs at a time, and that which was
// asked for first comes first. One that waits for something else than a group is
// passed over.

// queueAgain is the safety net of a build that lets another go first, which may come to
// wait for something else, or be ended.
const queueAgain = 2 * time.Second

// Asked is the place of a build in a queue: when it was made.
type Asked struct {
	At    time.Time
	Build string // its id, between those of the same moment
}

func (a Asked) before(b Asked) bool {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Build, b.Build)) < 0
}

// grouped is why a build may not start because of the job's serial groups; nil: it
// may. One that is not made yet is behind all that are.
func (d *decider) grouped(build string) *Failure {
	for _, group := range d.Job.Spec.SerialGroups {
		for _, b := range d.Groups[group] {
			if b.Asked == (Asked{}) {
				return &Failure{"SerialGroup", fmt.Sprintf("build #%d of %s runs, which is in serial group %s too", b.Number, b.Job, group)}
			}
		}
	}
	for _, group := range d.Job.Spec.SerialGroups {
		for _, b := range d.Groups[group] {
			if own, made := d.asked(build); !made || b.Asked.before(own) {
				d.yields = true
				return &Failure{"SerialGroup", fmt.Sprintf("build #%d of %s, which is in serial group %s too, was asked for first", b.Number, b.Job, group)}
			}
		}
	}
	return nil
}

func (d *decider) asked(build string) (Asked, bool) {
	for _, p := range d.Pending {
		if p.ID == build {
			return p.Asked, true
		}
	}
	return Asked{}, false
}

// lookAgain sees to it that a build which let another go first is looked at soon.
func (d *decider) lookAgain() {
	if again := d.Now.Add(queueAgain); d.yields && (d.out.Wake.IsZero() || again.Before(d.out.Wake)) {
		d.out.Wake = again
	}
}

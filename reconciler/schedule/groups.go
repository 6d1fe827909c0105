package schedule

import (
	"cmp"
	"fmt"
	"math"
	"time"
)

// Of the builds of all jobs in a serial group one runs at a time, and that which was
// asked for first comes first, among those of jobs of the highest priority. One that
// waits for something else than a group is passed over.

// queueAgain is the safety net of a build that lets another go first, which may come to
// wait for something else, or be ended.
const queueAgain = 2 * time.Second

// Asked is the place of a build in a queue: by the priority of its job, then by when it
// was made.
type Asked struct {
	At       time.Time
	Build    string // its id, between those of the same moment
	Priority int64  // of its job; of the builds of the job itself it is not looked at
}

func (a Asked) before(b Asked) bool {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.At.Compare(b.At), cmp.Compare(a.Build, b.Build)) < 0
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
			if b.Asked.before(d.asked(build)) {
				d.yields = true
				return &Failure{"SerialGroup", fmt.Sprintf("build #%d of %s, which is in serial group %s too, %s", b.Number, b.Job, group, d.first(b.Asked.Priority))}
			}
		}
	}
	return nil
}

// asked is the place of a build of the job; one that is not made yet is the last of its
// priority.
func (d *decider) asked(build string) Asked {
	own := Asked{At: time.Unix(math.MaxInt32, 0), Build: "~"}
	for _, p := range d.Pending {
		if p.ID == build {
			own = p.Asked
		}
	}
	own.Priority = d.Job.Spec.Priority
	return own
}

// first says why a build of a priority goes before one of the job.
func (d *decider) first(priority int64) string {
	if own := d.Job.Spec.Priority; priority != own {
		return fmt.Sprintf("goes first: its priority is %d, and that of this job %d", priority, own)
	}
	return "was asked for first"
}

// lookAgain sees to it that a build which let another go first is looked at soon.
func (d *decider) lookAgain() {
	if again := d.Now.Add(queueAgain); d.yields && (d.out.Wake.IsZero() || again.Before(d.out.Wake)) {
		d.out.Wake = again
	}
}

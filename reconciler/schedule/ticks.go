package schedule

import "time"

// onTime is how late a tick may be seen without having been missed.
const onTime = time.Minute

// ticks makes a build for each tick of the job's clock since the last one that was
// seen, or for those of them that catch_up wants where they were missed. While the
// job is paused its clock stands: what it misses is caught up with afterwards.
func (d *decider) ticks() {
	if d.Job.Spec.Schedule.Cron == "" || d.LastTick.IsZero() || d.paused() != nil {
		return
	}
	c, err := newClock(d.Job.Spec.Schedule)
	if err != nil { // a graph that no compiler made
		d.say(Hold{"", "BadSchedule", err.Error()})
		return
	}
	if t, more := d.due(c); t.Upto.After(d.LastTick) {
		d.say(t)
		d.out.Again = len(t.At) > 0 || more
	}
	d.out.Wake = c.next(d.Now).In(c.zone)
}

// due are the ticks that want a build; more: there are others.
func (d *decider) due(c clock) (t Tick, more bool) {
	if d.Job.Spec.Schedule.CatchUp == "all" {
		for at := c.next(d.LastTick); !at.IsZero() && !at.After(d.Now); at = c.next(at) {
			if len(t.At) == mostBuilds {
				return t, true
			}
			t.At, t.Upto = append(t.At, at), at
		}
		return t, false
	}
	t.Upto = c.latest(d.LastTick, d.Now)
	if !t.Upto.IsZero() && (d.Job.Spec.Schedule.CatchUp != "none" || d.Now.Sub(t.Upto) < onTime) {
		t.At = []time.Time{t.Upto}
	}
	return t, false
}

package schedule

import (
	"cmp"
	"fmt"
	"slices"
)

// Builds of jobs with one concurrency key, of whatever pipeline of the team, come
// first come first served, within the priority of their job: a build that could start
// goes behind those that were there before it, and behind those of a higher priority.
// One that waits for something else than the key is passed over.

func (d *decider) keyed() bool { return d.Job.Spec.Concurrency.Key != "" }

func (d *decider) limit() int { return int(max(d.Job.Spec.Concurrency.Limit, 1)) }

// ahead are the rivals that come before a build, those of the highest priority first;
// "": a build that is not made yet.
func (d *decider) ahead(build string) []Rival {
	var out []Rival
	for i, r := range d.Rivals {
		if r.Priority > d.Job.Spec.Priority || r.Priority == d.Job.Spec.Priority && i < d.place(build) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Rival) int { return cmp.Compare(b.Priority, a.Priority) })
	return out
}

// place is how many rivals were there before a build.
func (d *decider) place(build string) int {
	if i := slices.IndexFunc(d.Rivals, func(r Rival) bool { return r.Build == build }); i >= 0 {
		return i
	}
	return len(d.Rivals)
}

// contended is why a build may not start because of its key; nil: it may.
func (d *decider) contended(build string) *Failure {
	if !d.keyed() {
		return nil
	}
	var running []string
	for _, r := range d.Rivals {
		if r.Running {
			running = append(running, r.String())
		}
	}
	ahead := ready(d.ahead(build))
	free, key := d.limit()-len(running), d.Job.Spec.Concurrency.Key
	switch {
	case free <= 0:
		return &Failure{"Concurrency", fmt.Sprintf("%s, and no more than %d of concurrency key %s may run at once", isOrAre(running), d.limit(), key)}
	case len(ahead) >= free:
		return &Failure{"Concurrency", fmt.Sprintf("%s of concurrency key %s %s", ahead[0], key, d.first(ahead[0].Priority))}
	}
	return nil
}

func ready(rivals []Rival) []Rival {
	return slices.DeleteFunc(slices.Clone(rivals), func(r Rival) bool { return r.Running || !r.Ready || r.Ending })
}

func isOrAre(builds []string) string {
	if len(builds) == 1 {
		return builds[0] + " runs"
	}
	return fmt.Sprintf("%s and %d more run", builds[0], len(builds)-1)
}

// onNew makes room for the newest pending build that only its key, or a build of
// its own job, keeps from starting.
func (d *decider) onNew() {
	if !d.keyed() || d.Job.Spec.Concurrency.OnNew == "" || d.paused() != nil {
		return
	}
	for _, p := range slices.Backward(d.Pending) {
		if _, why := d.inputsFor(p); why != nil {
			continue
		}
		there := slices.ContainsFunc(d.Rivals, func(r Rival) bool { return r.Build == p.ID })
		if there && d.contended(p.ID) != nil {
			d.makeRoom(p)
		}
		return
	}
}

func (d *decider) makeRoom(p Pending) {
	message := fmt.Sprintf("build #%d of %s took its place (concurrency key %s)", p.Number, d.Job.Name, d.Job.Spec.Concurrency.Key)
	surplus := -d.limit() + 1
	for _, r := range d.Rivals {
		if r.Running && !r.Ending {
			surplus++
		}
	}
	var kept []Rival
	for i, r := range d.Rivals {
		older := i < d.place(p.ID) && r.Priority <= d.Job.Spec.Priority
		switch {
		case older && !r.Running:
			d.say(AbortBuild{r.Build, message})
			d.out.Others = true
			d.Pending = slices.DeleteFunc(slices.Clone(d.Pending), func(x Pending) bool { return x.ID == r.Build })
			continue
		case older && !r.Ending && surplus > 0 && d.Job.Spec.Concurrency.OnNew == "cancel_running":
			d.say(AbortBuild{r.Build, message})
			r.Ending = true
			surplus--
		}
		kept = append(kept, r)
	}
	d.Rivals = kept
}

// queueTriggered makes a build that waits, where a new version can have none yet
// because of the key: so it has a place in the queue. There is one at a time. The
// versions are its own from now on: where another build takes its place they are not
// tried again.
func (d *decider) queueTriggered(why *Failure, inputs []Chosen) {
	if !d.keyed() || why.Reason == "Paused" || why.Reason == "Archived" || slices.ContainsFunc(d.Pending, func(p Pending) bool { return p.Auto }) {
		return
	}
	d.say(QueueBuild{inputs})
	d.out.Again = true
}

// passedOver notes that a pending build waits for something else than the key: others
// need not wait for it.
func (d *decider) passedOver(build, reason string) {
	for i, r := range d.Rivals {
		if r.Build == build && r.Ready && reason != "Concurrency" {
			d.Rivals[i].Ready = false
			d.out.Others = true
		}
	}
}

// holdsKey notes that a build runs.
func (d *decider) holdsKey(build string, number int64) {
	if !d.keyed() {
		return
	}
	if i := slices.IndexFunc(d.Rivals, func(r Rival) bool { return r.Build == build && build != "" }); i >= 0 {
		d.Rivals[i].Running = true
		return
	}
	d.Rivals = append(d.Rivals, Rival{Build: build, Job: d.Job.Name, Number: number, Running: true})
}

// String is the rival as people know it.
func (r Rival) String() string {
	if r.Number == 0 {
		return "a build of " + r.Job
	}
	return fmt.Sprintf("build #%d of %s", r.Number, r.Job)
}

package schedule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// mostBuilds bounds how many builds one decision makes.
const mostBuilds = 20

// Decide says which builds of a job are made and started now, or what it has to
// know of the past first.
func Decide(s State) Decision {
	d := &decider{State: s}
	d.Inputs = slices.Clone(s.Inputs)
	d.Running, d.Rivals = slices.Clone(s.Running), slices.Clone(s.Rivals)
	switch {
	case s.Job.Deleted:
		d.deleted()
	default:
		d.ticks()
		d.onNew()
		d.pending()
		d.triggered()
	}
	if !d.out.Ask.Empty() {
		return Decision{Ask: d.out.Ask}
	}
	d.lookAgain()
	return d.out
}

// decider is one Decide: the state as it will be once what was said so far is done.
type decider struct {
	State
	made   int
	yields bool // something lets another go first
	out    Decision
}

func (d *decider) say(c Command) { d.out.Commands = append(d.out.Commands, c) }

func (d *decider) deleted() {
	for _, p := range d.Pending {
		d.say(ErrorBuild{p.ID, "its job has been deleted"})
	}
}

// pending starts the builds that people asked for, the oldest first.
func (d *decider) pending() {
	for _, p := range d.Pending {
		inputs, why := d.inputsFor(p)
		switch {
		case d.blocked(p.ID) != nil && (why == nil || !slices.Contains([]string{"Concurrency", "SerialGroup"}, d.blocked(p.ID).Reason)):
			d.hold(p.ID, d.blocked(p.ID))
		case why != nil:
			d.hold(p.ID, why)
		default:
			d.say(StartBuild{p.ID, inputs})
			d.started(p.ID, p.Number, inputs)
		}
	}
}

func (d *decider) hold(build string, why *Failure) {
	d.say(Hold{build, why.Reason, why.Message})
	d.passedOver(build, why.Reason)
}

// inputsFor are those of a pending build: of a rerun they are known. One that new
// versions made has them too, but takes still newer ones, unless none may be left
// out.
func (d *decider) inputsFor(p Pending) ([]Chosen, *Failure) {
	every := slices.ContainsFunc(d.Inputs, func(in Input) bool { return in.Every })
	if why := checking(p.Checks); why != nil {
		return nil, why
	}
	if p.Fixed != nil && !p.Auto {
		return p.Fixed, nil
	}
	if p.Fixed != nil && every {
		return d.still(p.Fixed)
	}
	inputs, why := d.resolve()
	if p.Fixed != nil && (why != nil || len(d.fresh(inputs)) == 0) {
		return d.still(p.Fixed)
	}
	return inputs, why
}

// triggered makes builds as long as there are new versions and there is room.
func (d *decider) triggered() {
	if !slices.ContainsFunc(d.Inputs, func(in Input) bool { return in.Trigger }) {
		d.say(d.byHand())
		return
	}
	for {
		inputs, why := d.resolve()
		if why != nil {
			d.say(Hold{"", why.Reason, why.Message})
			return
		}
		fresh := d.fresh(inputs)
		if len(fresh) == 0 {
			d.say(Hold{"", "NothingNew", "no new version of " + strings.Join(d.triggers(), ", ")})
			return
		}
		if why := d.blocked(""); why != nil {
			d.queueTriggered(why, inputs)
			d.say(Hold{"", why.Reason, fmt.Sprintf("%s; a new version of %s waits", why.Message, strings.Join(fresh, ", "))})
			return
		}
		if d.made == mostBuilds {
			d.out.Again = true
			return
		}
		d.say(CreateBuild{inputs})
		d.started("", 0, inputs)
	}
}

// byHand is why a job without a triggering input has no build.
func (d *decider) byHand() Hold {
	if why := d.paused(); why != nil && (d.Job.PipelineArchived || d.Job.Spec.Schedule.Cron != "") {
		return Hold{"", why.Reason, why.Message}
	}
	if d.out.Wake.IsZero() {
		return Hold{"", "Manual", "none of its inputs triggers it: weir trigger"}
	}
	return Hold{"", "Schedule", "its schedule ticks next at " + d.out.Wake.Format("2006-01-02 15:04 MST")}
}

func (d *decider) resolve() ([]Chosen, *Failure) {
	versions, why, ask := Resolve(d.Inputs, d.Past)
	if !ask.Empty() {
		d.out.Ask = ask
		return nil, &Failure{"Asking", "the past is looked at"}
	}
	if why != nil {
		return nil, why
	}
	out := make([]Chosen, len(versions))
	for i, v := range versions {
		in := d.Inputs[i]
		out[i] = Chosen{in.Name, in.ResourceID, v.ID, !in.Used[v.ID]}
	}
	return out, nil
}

// fresh are the inputs that trigger and have a version which the job never had.
func (d *decider) fresh(inputs []Chosen) []string {
	var out []string
	for i, c := range inputs {
		if d.Inputs[i].Trigger && c.First {
			out = append(out, string(d.Inputs[i].Resource))
		}
	}
	return out
}

func (d *decider) triggers() []string {
	var out []string
	for _, in := range d.Inputs {
		if in.Trigger {
			out = append(out, string(in.Resource))
		}
	}
	return out
}

// started notes a build in the decider's own state.
func (d *decider) started(build string, number int64, inputs []Chosen) {
	d.made++
	d.holdsKey(build, number)
	d.Running = append(d.Running, number)
	for i := range d.Inputs {
		for _, c := range inputs {
			if c.Name == d.Inputs[i].Name {
				d.Inputs[i] = use(d.Inputs[i], c.VersionID)
			}
		}
	}
}

func use(in Input, version int64) Input {
	used := map[int64]bool{version: true}
	for v := range in.Used {
		used[v] = true
	}
	in.Used = used
	if in.Baseline == 0 {
		in.Baseline = version
	}
	return in
}

// paused is why nothing of the job starts; nil: it is neither paused nor archived.
func (d *decider) paused() *Failure { return d.Job.Held() }

// Held is why nothing of the job starts, whatever there is; nil: it is neither paused
// nor archived.
func (j Job) Held() *Failure {
	switch {
	case j.PipelineArchived:
		return &Failure{"Archived", "its pipeline is archived"}
	case j.PipelinePaused:
		return &Failure{"Paused", "its pipeline is paused"}
	case j.Paused:
		return &Failure{"Paused", "it is paused"}
	}
	return nil
}

// blocked is why a build of the job may not start now, "" for one that is not made
// yet; nil: it may.
func (d *decider) blocked(build string) *Failure {
	most := d.Job.Spec.MaxInFlight
	if len(d.Job.Spec.SerialGroups) > 0 {
		most = 1
	}
	if why := d.paused(); why != nil {
		return why
	}
	if why := d.grouped(build); why != nil {
		return why
	}
	if most > 0 && int64(len(d.Running)) >= most {
		return &Failure{"MaxInFlight", fmt.Sprintf("%s, and no more than %d may at once", d.runningText(), most)}
	}
	return d.contended(build)
}

func (d *decider) runningText() string {
	var known []string
	for _, n := range d.Running {
		if n > 0 {
			known = append(known, fmt.Sprintf("#%d", n))
		}
	}
	switch {
	case len(known) != len(d.Running):
		return fmt.Sprintf("%d builds run", len(d.Running))
	case len(known) == 1:
		return "build " + known[0] + " is running"
	}
	return "builds " + strings.Join(known, ", ") + " are running"
}

func names(jobs []graph.Address) string {
	var out []string
	for _, j := range jobs {
		out = append(out, string(j))
	}
	return strings.Join(out, ", ")
}

func text(v map[string]string) string { return string(state.VersionJSON(v)) }

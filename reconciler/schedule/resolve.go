package schedule

import (
	"fmt"
	"slices"

	"github.com/weirci/weir/compiler/graph"
)

// Failure is why no combination of versions is there.
type Failure struct{ Reason, Message string }

// maxSteps bounds the search, and maxRounds how often it asks for more of the past.
// A real pipeline takes a handful for each input.
const (
	maxSteps  = 200_000
	maxRounds = 200
)

// Resolve chooses a version for each input, or says why it can not. Of all
// combinations that satisfy the constraints it gives the one whose first input is
// best, among those the one whose second is, and so on; see ranked. Where what is
// known of the past does not tell, it gives neither, and asks.
func Resolve(inputs []Input, past Past) ([]Version, *Failure, Ask) {
	r := &resolver{inputs: inputs, past: past, budget: maxSteps}
	if past.Rounds > maxRounds {
		r.budget = 0
	}
	for i := range inputs {
		list := ranked(inputs[i], past)
		r.lists = append(r.lists, list)
		if len(list.versions) == 0 && !list.more() {
			return nil, r.nothingFor(i), Ask{}
		}
	}
	switch {
	case r.search(0, together{}):
		return r.chosen, nil, Ask{}
	case r.budget < 0:
		return nil, r.noCombination(), Ask{}
	case !r.ask.Empty():
		return nil, nil, r.ask
	}
	for i, l := range r.lists { // it may be one of them that has nothing
		if l.unloaded {
			r.ask.more(i, l)
		}
	}
	if !r.ask.Empty() {
		return nil, nil, r.ask
	}
	return nil, r.noCombination(), Ask{}
}

type resolver struct {
	inputs []Input
	past   Past
	lists  []list
	chosen []Version
	budget int
	ask    Ask // not empty: the search ends
}

// together are, for each upstream job, the versions that one build of it must have
// had: those of the inputs chosen so far that passed it.
type together map[string][]Had

// search tries the candidates of input i, best first, and goes back where the
// inputs after it find nothing.
func (r *resolver) search(i int, so together) bool {
	if i == len(r.inputs) {
		return true
	}
	l, known := r.list(i, so)
	if !known {
		return false
	}
	for n, v := range l.versions {
		if r.budget--; r.budget < 0 {
			return false
		}
		next, fits := r.add(i, v, so)
		if fits == unknown {
			r.askAhead(i, l.versions[n:], so)
			return false
		}
		if fits == no {
			continue
		}
		r.chosen = append(r.chosen[:i:i], v)
		if r.search(i+1, next) {
			return true
		}
		if r.budget < 0 || !r.ask.Empty() {
			return false
		}
	}
	r.ask.more(i, l)
	return false
}

// list is the candidates of input i. Where few builds had what was chosen of a job that
// it passed as well, those tell what there is; so no more of the past is read.
func (r *resolver) list(i int, so together) (list, bool) {
	in := r.inputs[i]
	if r.past.Whole || len(in.Passed) == 0 {
		return r.lists[i], true
	}
	ids, narrowed, unknown := r.narrow(in, so)
	if !narrowed {
		for _, had := range unknown {
			r.past.askHad(&r.ask, had)
		}
		return r.lists[i], r.ask.Empty()
	}
	if r.askAmong(i, ids) {
		r.askAlong(i+1, so)
		return list{}, false
	}
	return rankedAmong(in, ids), true
}

// narrow is the versions that an input may have of those builds which had what was
// chosen, where these are known of any job that it passed. Unknown is what was chosen of
// the others.
func (r *resolver) narrow(in Input, so together) (ids []int64, narrowed bool, unknown [][]Had) {
	for _, job := range in.Passed {
		had := so[string(job)]
		if len(had) == 0 {
			continue
		}
		some, known := r.past.among(in.ResourceID, had)
		switch {
		case !known:
			unknown = append(unknown, had)
		case narrowed:
			ids = slices.DeleteFunc(ids, func(id int64) bool { return !slices.Contains(some, id) })
		default:
			ids, narrowed = some, true
		}
	}
	return ids, narrowed, unknown
}

// askAmong asks which of some versions an input may have, but for what is known already.
func (r *resolver) askAmong(i int, ids []int64) bool {
	unasked := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return r.inputs[i].Asked[id] })
	if len(unasked) > 0 {
		r.ask.Among = append(r.ask.Among, Among{i, unasked})
	}
	return len(unasked) > 0
}

// askAlong asks the same about all inputs from i on: whatever is chosen meanwhile leaves
// them no others. So they take one round trip, and not one each.
func (r *resolver) askAlong(i int, so together) {
	for ; i < len(r.inputs); i++ {
		if ids, narrowed, _ := r.narrow(r.inputs[i], so); narrowed {
			r.askAmong(i, ids)
		}
	}
}

// add says whether a version goes with what was chosen before: whether each job
// that input i passed has a build that had all of it.
func (r *resolver) add(i int, v Version, so together) (together, answer) {
	in := r.inputs[i]
	if len(in.Passed) == 0 {
		return so, yes
	}
	next, all := together{}, yes
	for job, had := range so {
		next[job] = had
	}
	for _, job := range in.Passed {
		j := string(job)
		next[j] = append(so[j][:len(so[j]):len(so[j])], Had{j, in.ResourceID, v.ID})
		switch r.past.oneBuildHad(next[j]) {
		case no:
			return nil, no
		case unknown:
			all = unknown
		}
	}
	return next, all
}

// ahead is how many candidates are asked about at once.
const ahead = 4

// askAhead asks about the first candidates that are left of an input.
func (r *resolver) askAhead(i int, left []Version, so together) {
	in := r.inputs[i]
	for _, v := range left[:min(ahead, len(left))] {
		for _, job := range in.Passed {
			j := string(job)
			r.past.askFor(&r.ask, append(so[j][:len(so[j]):len(so[j])], Had{j, in.ResourceID, v.ID}))
		}
	}
}

func (r *resolver) nothingFor(i int) *Failure {
	in := r.inputs[i]
	if len(in.Passed) > 0 {
		return &Failure{"NoVersionPassed", fmt.Sprintf("no version of %s has passed %s yet%s", in.Resource, names(in.Passed), pinned(in)+disabled(in))}
	}
	msg := fmt.Sprintf("no version of %s yet", in.Resource)
	if p := pinned(in); p != "" {
		msg = fmt.Sprintf("no version of %s is there%s", in.Resource, p)
	}
	if in.ImageOf != "" {
		msg = "waits for the image of " + in.ImageOf + ": " + msg
	}
	msg += disabled(in)
	switch {
	case in.CheckError != "":
		msg += "; last check failed: " + in.CheckError
	case !in.Checked:
		msg += "; it has not been checked yet"
	}
	return &Failure{"NoVersions", msg}
}

func pinned(in Input) string {
	switch {
	case len(in.Version) > 0:
		return " that is " + text(in.Version) + ", as its get wants"
	case len(in.Pin) > 0 && in.PinnedBy != "":
		return " that is " + text(in.Pin) + ", to which " + in.PinnedBy + " pinned the resource: weir unpin"
	case len(in.Pin) > 0:
		return " that is " + text(in.Pin) + ", to which the resource is pinned"
	}
	return ""
}

func disabled(in Input) string {
	switch in.Disabled {
	case 0:
		return ""
	case 1:
		return "; 1 is disabled"
	}
	return fmt.Sprintf("; %d are disabled", in.Disabled)
}

func (r *resolver) noCombination() *Failure {
	if r.budget < 0 {
		return &Failure{"TooManyCombinations", "too many combinations of versions to try; give the inputs fewer passed jobs"}
	}
	var jobs []graph.Address
	for _, in := range r.inputs {
		jobs = append(jobs, in.Passed...)
	}
	slices.Sort(jobs)
	return &Failure{"NoVersionPassed", fmt.Sprintf("no versions of its inputs have passed %s together yet", names(slices.Compact(jobs)))}
}

package schedule

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weirci/weir/compiler/graph"
)

// Failure is why no combination of versions is there.
type Failure struct{ Reason, Message string }

// maxSteps bounds the search. A real pipeline takes a handful for each input.
const maxSteps = 200_000

// Resolve chooses a version for each input, or says why it can not. Of all
// combinations that satisfy the constraints it gives the one whose first input is
// best, among those the one whose second is, and so on; see rank.
func Resolve(inputs []Input, passed map[string][]Passage) ([]Version, *Failure) {
	r := &resolver{inputs: inputs, passed: passed, budget: maxSteps}
	for i := range inputs {
		r.ranked = append(r.ranked, rank(inputs[i], passed))
		if len(r.ranked[i]) == 0 {
			return nil, r.nothingFor(i)
		}
	}
	if !r.search(0, r.everyBuild()) {
		return nil, r.noCombination()
	}
	return r.chosen, nil
}

type resolver struct {
	inputs []Input
	passed map[string][]Passage
	ranked [][]Version
	chosen []Version
	budget int
}

// builds are, for each upstream job, the builds of it that fit what was chosen.
// Inputs that passed the same job correlate through them: at least one is left.
type builds map[string][]int

func (r *resolver) everyBuild() builds {
	out := builds{}
	for job, passages := range r.passed {
		for i := range passages {
			out[job] = append(out[job], i)
		}
	}
	return out
}

// search tries the candidates of input i, best first, and goes back where the
// inputs after it find nothing.
func (r *resolver) search(i int, left builds) bool {
	if i == len(r.inputs) {
		return true
	}
	for _, v := range r.ranked[i] {
		if r.budget--; r.budget < 0 {
			return false
		}
		next, ok := r.narrow(i, v, left)
		if !ok {
			continue
		}
		r.chosen = append(r.chosen[:i:i], v)
		if r.search(i+1, next) {
			return true
		}
	}
	return false
}

// narrow keeps the builds that had the version, of each job that input i passed.
func (r *resolver) narrow(i int, v Version, left builds) (builds, bool) {
	in := r.inputs[i]
	if len(in.Passed) == 0 {
		return left, true
	}
	next := builds{}
	for job, list := range left {
		next[job] = list
	}
	for _, job := range in.Passed {
		next[string(job)] = r.having(string(job), next[string(job)], in.ResourceID, v.ID)
		if len(next[string(job)]) == 0 {
			return nil, false
		}
	}
	return next, true
}

func (r *resolver) having(job string, list []int, resource string, version int64) []int {
	var out []int
	for _, b := range list {
		if slices.ContainsFunc(r.passed[job][b].Versions[resource], func(v Version) bool { return v.ID == version }) {
			out = append(out, b)
		}
	}
	return out
}

// rank is the versions that an input may have, best first: newest first, or, with
// Every, the oldest that the job has not had, and after all of those the newest.
func rank(in Input, passed map[string][]Passage) []Version {
	all := slices.DeleteFunc(candidates(in, passed), func(v Version) bool {
		return !contains(v.Version, in.Pin) || !contains(v.Version, in.Version)
	})
	slices.SortFunc(all, newestFirst)
	if !in.Every || in.Baseline == 0 {
		return all
	}
	var fresh, rest []Version
	for _, v := range all {
		if !in.Used[v.ID] && v.ID > in.Baseline {
			fresh = append(fresh, v)
		} else {
			rest = append(rest, v)
		}
	}
	slices.Reverse(fresh)
	return append(fresh, rest...)
}

func newestFirst(a, b Version) int {
	return cmp.Or(cmp.Compare(b.Order, a.Order), cmp.Compare(b.ID, a.ID))
}

// candidates are the versions that an input may have, without regard to the other
// inputs: those that checks found, or those that passed every job they should.
func candidates(in Input, passed map[string][]Passage) []Version {
	if len(in.Passed) == 0 {
		return slices.Clone(in.Versions)
	}
	var out []Version
	for k, job := range in.Passed {
		of := versionsOf(passed[string(job)], in.ResourceID)
		if k == 0 {
			out = of
			continue
		}
		out = slices.DeleteFunc(out, func(v Version) bool {
			return !slices.ContainsFunc(of, func(o Version) bool { return o.ID == v.ID })
		})
	}
	return out
}

func versionsOf(passages []Passage, resource string) []Version {
	var out []Version
	seen := map[int64]bool{}
	for _, p := range passages {
		for _, v := range p.Versions[resource] {
			if !seen[v.ID] {
				seen[v.ID] = true
				out = append(out, v)
			}
		}
	}
	return out
}

// contains says that a version has everything a pin names.
func contains(version, pin map[string]string) bool {
	for k, want := range pin {
		if got, ok := version[k]; !ok || got != want {
			return false
		}
	}
	return true
}

func (r *resolver) nothingFor(i int) *Failure {
	in := r.inputs[i]
	if len(in.Passed) > 0 {
		return &Failure{"NoVersionPassed", fmt.Sprintf("no version of %s has passed %s yet%s", in.Resource, list(in.Passed), pinned(in))}
	}
	msg := fmt.Sprintf("no version of %s yet", in.Resource)
	if p := pinned(in); p != "" {
		msg = fmt.Sprintf("no version of %s is there%s", in.Resource, p)
	}
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
	case len(in.Pin) > 0:
		return " that is " + text(in.Pin) + ", to which the resource is pinned"
	}
	return ""
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
	return &Failure{"NoVersionPassed", fmt.Sprintf("no versions of its inputs have passed %s together yet", list(slices.Compact(jobs)))}
}

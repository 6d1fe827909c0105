package schedule

import (
	"cmp"
	"slices"
)

// list is the versions that an input may have, best first, as far as they are known.
type list struct {
	versions       []Version
	older, unbuilt bool // there are more: older ones; with Every, ones that the job has not had
	unloaded       bool // there may be some
}

func (l list) more() bool { return l.older || l.unbuilt || l.unloaded }

// ranked is newest first, or, with Every, the oldest that the job has not had
// first, and after all of those the newest.
func ranked(in Input, past Past) list {
	if in.Unloaded {
		return list{unloaded: true}
	}
	all := slices.DeleteFunc(candidates(in, past), func(v Version) bool {
		return !contains(v.Version, in.Pin) || !contains(v.Version, in.Version)
	})
	slices.SortFunc(all, newestFirst)
	all = slices.CompactFunc(all, func(a, b Version) bool { return a.ID == b.ID })
	if !in.Every || in.Baseline == 0 {
		return list{versions: all, older: in.More}
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
	if in.FreshMore { // between the oldest that are known and the newest there may be others
		last := in.Fresh[len(in.Fresh)-1]
		fresh = slices.DeleteFunc(fresh, func(v Version) bool { return newestFirst(v, last) < 0 })
		return list{versions: fresh, unbuilt: true}
	}
	return list{versions: append(fresh, rest...), older: in.More}
}

func newestFirst(a, b Version) int {
	return cmp.Or(cmp.Compare(b.Order, a.Order), cmp.Compare(b.ID, a.ID))
}

// rankedAmong is ranked of those versions that other inputs leave.
func rankedAmong(in Input, ids []int64) list {
	in.Versions = slices.DeleteFunc(slices.Clone(in.Known), func(v Version) bool { return !slices.Contains(ids, v.ID) })
	in.Unloaded, in.More, in.Fresh, in.FreshMore = false, false, nil, false
	return ranked(in, Past{})
}

// candidates are the versions that an input may have, without regard to the other
// inputs: those that checks found, or those that passed every job they should.
func candidates(in Input, past Past) []Version {
	if len(in.Passed) == 0 || !past.Whole {
		return slices.Concat(in.Versions, in.Fresh)
	}
	var out []Version
	for k, job := range in.Passed {
		of := versionsOf(past.Builds[string(job)], in.ResourceID)
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

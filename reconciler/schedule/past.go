package schedule

import (
	"fmt"
	"slices"
)

// Past is what is known of the succeeded builds of upstream jobs. They may have had
// thousands, of which a decision needs a few: it asks for those.
type Past struct {
	Builds map[string][]Passage // by the job's address
	Whole  bool                 // Builds are all there are, and there is nothing to ask
	// Had are the versions by which builds were asked for. True: all that had it are
	// in Builds. False: only the newest are, there are too many.
	Had map[Had]bool
	// Together are answers to Ask.Together, by TogetherKey.
	Together map[string]bool
	// Rounds is how often was asked.
	Rounds int
}

// Had is a version that builds of a job had or made.
type Had struct {
	Job, ResourceID string
	VersionID       int64
}

// Ask is what a decision must know first.
type Ask struct {
	More     []int   // indices of inputs: more Versions
	Fresh    []int   // and more in Fresh
	Among    []Among // which of some versions an input may have
	Had      []Had   // the newest builds that had a version
	Together [][]Had // whether a build of a job had all of them
}

// Among asks for those of some versions that an input may have by itself.
type Among struct {
	Input    int
	Versions []int64
}

// Empty says that nothing is asked.
func (a Ask) Empty() bool {
	return len(a.More)+len(a.Fresh)+len(a.Among)+len(a.Had)+len(a.Together) == 0
}

// TogetherKey is what an answer is kept by.
func TogetherKey(all []Had) string { return fmt.Sprint(all) }

func (a *Ask) more(input int, l list) {
	switch {
	case l.unloaded:
		a.More, a.Fresh = append(a.More, input), append(a.Fresh, input)
	case l.unbuilt:
		a.Fresh = append(a.Fresh, input)
	case l.older:
		a.More = append(a.More, input)
	}
}

type answer int

const (
	no answer = iota
	yes
	unknown
)

// oneBuildHad says whether a succeeded build of a job had all of some versions. Each
// by itself was had by one: so it is a candidate.
func (p Past) oneBuildHad(all []Had) answer {
	if len(all) == 1 {
		return yes
	}
	if slices.ContainsFunc(p.Builds[all[0].Job], func(b Passage) bool { return b.hadAll(all) }) {
		return yes
	}
	if p.Whole || slices.ContainsFunc(all, func(h Had) bool { return p.Had[h] }) {
		return no
	}
	if len(p.Together) == 0 {
		return unknown
	}
	switch found, asked := p.Together[TogetherKey(all)]; {
	case found:
		return yes
	case asked:
		return no
	}
	return unknown
}

// among are the versions of a resource that those builds of a job had which had all
// of some others, where all of those builds are known.
func (p Past) among(resource string, all []Had) (ids []int64, known bool) {
	if !slices.ContainsFunc(all, func(h Had) bool { return p.Had[h] }) {
		return nil, false
	}
	for _, b := range p.Builds[all[0].Job] {
		if b.hadAll(all) {
			for _, v := range b.Versions[resource] {
				ids = append(ids, v.ID)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), true
}

func (b Passage) hadAll(all []Had) bool {
	for _, h := range all {
		if !slices.ContainsFunc(b.Versions[h.ResourceID], func(v Version) bool { return v.ID == h.VersionID }) {
			return false
		}
	}
	return true
}

// askFor asks for the builds of one of the versions, the first that was not asked for
// yet: if they are few, they tell. If there are too many of each, one question
// about all remains.
func (p Past) askFor(a *Ask, all []Had) {
	if p.oneBuildHad(all) != unknown {
		return
	}
	if !p.askHad(a, all) {
		a.Together = append(a.Together, all)
	}
}

// askHad asks for the builds of the first of the versions that was not asked for yet.
func (p Past) askHad(a *Ask, all []Had) bool {
	for _, h := range all {
		if _, asked := p.Had[h]; !asked {
			if !slices.Contains(a.Had, h) {
				a.Had = append(a.Had, h)
			}
			return true
		}
	}
	return false
}

package schedule

import (
	"fmt"
	"slices"
)

// still are the versions that a build was made for, if it may have them still: somebody
// may have pinned a resource or disabled a version while it waited.
func (d *decider) still(chosen []Chosen) ([]Chosen, *Failure) {
	for _, c := range chosen {
		i := slices.IndexFunc(d.Inputs, func(in Input) bool { return in.Name == c.Name })
		if i < 0 {
			continue
		}
		switch in := d.Inputs[i]; in.mayHave(c.VersionID) {
		case no:
			return nil, in.notAnyMore()
		case unknown:
			d.out.Ask.Among = append(d.out.Ask.Among, Among{i, []int64{c.VersionID}})
			return nil, &Failure{"Asking", "it is looked up whether its versions may still be used"}
		}
	}
	return chosen, nil
}

// mayHave says whether an input may have a version that it could have once.
func (in Input) mayHave(id int64) answer {
	is := func(v Version) bool { return v.ID == id }
	switch {
	case in.Disabled == 0 && len(in.Pin) == 0 && len(in.Version) == 0:
		return yes
	case slices.ContainsFunc(in.Versions, is), slices.ContainsFunc(in.Fresh, is), slices.ContainsFunc(in.Known, is):
		return yes
	case in.Asked[id]:
		return no
	}
	return unknown
}

func (in Input) notAnyMore() *Failure {
	is := "disabled"
	if p := pinned(in); p != "" {
		is = "not one" + p + disabled(in)
	}
	return &Failure{"NoVersions", fmt.Sprintf("the version of %s that it was made for is %s", in.Resource, is)}
}

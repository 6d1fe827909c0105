package schedule

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

// teller knows all of the past and tells as little of it as it may.
type teller struct {
	builds map[string][]Passage
	inputs []Input // with all that each may have
	most   int     // of anything at once, at first
	lazy   bool    // of all inputs but the first nothing at first
}

// begin is what a decision knows at first.
func (w teller) begin() ([]Input, Past) {
	inputs := slices.Clone(w.inputs)
	for i := range inputs {
		if inputs[i].Unloaded = i > 0 && w.lazy && len(inputs[i].Passed) > 0; !inputs[i].Unloaded {
			w.tellVersions(i, &inputs[i], w.most)
			w.tellFresh(i, &inputs[i], w.most)
		} else {
			inputs[i].Versions = nil
		}
	}
	return inputs, Past{Builds: map[string][]Passage{}, Had: map[Had]bool{}, Together: map[string]bool{}}
}

// all are the versions of an input, newest first.
func (w teller) all(i int) []Version {
	out := slices.DeleteFunc(candidates(w.inputs[i], whole(w.builds)), func(v Version) bool { return !contains(v.Version, w.inputs[i].Pin) })
	slices.SortFunc(out, newestFirst)
	return out
}

func (w teller) tellVersions(i int, in *Input, most int) {
	all := w.all(i)
	in.Versions, in.More = all[:min(most, len(all))], most < len(all)
}

func (w teller) tellFresh(i int, in *Input, most int) {
	fresh := slices.DeleteFunc(w.all(i), func(v Version) bool { return in.Used[v.ID] || v.ID <= in.Baseline })
	slices.Reverse(fresh)
	if in.Every && in.Baseline > 0 {
		in.Fresh, in.FreshMore = fresh[:min(most, len(fresh))], most < len(fresh)
	}
}

// answer does what the shell does with the database.
func (w teller) answer(ask Ask, inputs []Input, past *Past) {
	past.Rounds++
	for _, i := range ask.More {
		w.tellVersions(i, &inputs[i], len(inputs[i].Versions)+1)
		inputs[i].Unloaded = false
	}
	for _, i := range ask.Fresh {
		w.tellFresh(i, &inputs[i], len(inputs[i].Fresh)+1)
	}
	for _, a := range ask.Among {
		in := &inputs[a.Input]
		if in.Asked == nil {
			in.Asked = map[int64]bool{}
		}
		for _, v := range w.all(a.Input) {
			if slices.Contains(a.Versions, v.ID) && !in.Asked[v.ID] {
				in.Known = append(in.Known, v)
			}
		}
		for _, id := range a.Versions {
			in.Asked[id] = true
		}
	}
	for _, h := range ask.Had {
		had := slices.DeleteFunc(slices.Clone(w.builds[h.Job]), func(p Passage) bool { return !p.hadAll([]Had{h}) })
		past.Builds[h.Job] = append(past.Builds[h.Job], had[:min(w.most, len(had))]...)
		past.Had[h] = len(had) <= w.most
	}
	for _, all := range ask.Together {
		past.Together[TogetherKey(all)] = whole(w.builds).oneBuildHad(all) == yes
	}
}

func (w teller) resolve(t *rapid.T) ([]Version, *Failure, int) {
	inputs, past := w.begin()
	for {
		got, why, ask := Resolve(inputs, past)
		if ask.Empty() {
			return got, why, past.Rounds
		}
		if got != nil || why != nil {
			t.Fatalf("asks %+v, and gives %v, %v", ask, got, why)
		}
		w.answer(ask, inputs, &past)
	}
}

// However little is told at once, what comes out is what comes out when all is known.
func TestAskingGivesWhatTheWholePastGives(t *testing.T) {
	asked := 0
	rapid.Check(t, func(t *rapid.T) {
		inputs, builds := drawFanIn(t)
		if rapid.Bool().Draw(t, "large") {
			inputs, builds = drawLarge(t)
		}
		w := teller{builds, inputs, rapid.IntRange(1, 3).Draw(t, "most"), rapid.Bool().Draw(t, "lazy")}
		want, whyNot := solve(inputs, builds)
		got, why, rounds := w.resolve(t)
		if !reflect.DeepEqual(idsOf(got), idsOf(want)) || (why == nil) != (whyNot == nil) {
			t.Fatalf("%v (%v) after %d rounds, want %v (%v)", idsOf(got), why, rounds, idsOf(want), whyNot)
		}
		asked += rounds
	})
	if asked == 0 {
		t.Error("nothing had to be asked")
	}
}

// drawLarge is a job of ten inputs behind twenty, whose builds mostly go along.
func drawLarge(t *rapid.T) ([]Input, map[string][]Passage) {
	builds := map[string][]Passage{}
	var jobs []graph.Address
	for j := range 20 {
		name := fmt.Sprint("job.j", j)
		jobs = append(jobs, graph.Address(name))
		for n := rapid.IntRange(1, 8).Draw(t, "builds"); n > 0; n-- {
			p := Passage{Build: fmt.Sprint(name, n), Versions: had_{}}
			for r := range 10 {
				id := int64(n - rapid.IntRange(0, 1).Draw(t, "behind")*(r%2))
				if r >= 7 {
					id = 1 // hardly ever changes
				}
				p.Versions[fmt.Sprint("r", r)] = v(max(id, 1))
			}
			builds[name] = append(builds[name], p)
		}
	}
	var inputs []Input
	for r := range 10 {
		i := in(fmt.Sprint("r", r), nil, had())
		i.Passed = jobs[rapid.IntRange(0, 19).Draw(t, "from"):]
		if i.Every = rapid.IntRange(0, 4).Draw(t, "every") == 0; i.Every {
			i.Baseline = rapid.Int64Range(0, 8).Draw(t, "baseline")
			i.Used = used(rapid.SliceOfNDistinct(rapid.Int64Range(1, 8), 0, 4, rapid.ID[int64]).Draw(t, "used")...)
		}
		inputs = append(inputs, i)
	}
	return inputs, builds
}

// Ten inputs behind the same twenty jobs, whose builds went along, take two questions: a
// round trip each, however many inputs there are.
func TestInputsThatGoAlongAreAskedAboutTogether(t *testing.T) {
	builds, jobs := map[string][]Passage{}, []graph.Address(nil)
	for j := range 20 {
		name := fmt.Sprint("job.j", j)
		jobs = append(jobs, graph.Address(name))
		for n := range int64(5) {
			p := Passage{Build: fmt.Sprint(name, n), Versions: had_{}}
			for r := range 10 {
				p.Versions[fmt.Sprint("r", r)] = v(n + 1)
			}
			builds[name] = append(builds[name], p)
		}
	}
	var inputs []Input
	for r := range 10 {
		inputs = append(inputs, in(fmt.Sprint("r", r), nil, had(), passed(jobs...)))
	}
	w := teller{builds, inputs, 3, true}
	known, past := w.begin()
	for {
		got, why, ask := Resolve(known, past)
		if ask.Empty() {
			if why != nil || got[9].ID != 5 || past.Rounds > 2 {
				t.Errorf("%v (%v) after %d rounds", idsOf(got), why, past.Rounds)
			}
			return
		}
		w.answer(ask, known, &past)
	}
}

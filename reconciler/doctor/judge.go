package doctor

import (
	"fmt"
	"slices"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// Judge gives everything that must not be: what the database's own checks found,
// and what only those see who read definitions.
func Judge(c state.Checkup) []state.Finding {
	return slices.Concat(c.Findings, maxInFlight(c.Running), serialGroups(c.Running), passed(c))
}

// maxInFlight: no job runs more builds at once than any of their definitions allows.
func maxInFlight(running []state.RunningBuild) []state.Finding {
	jobs, order := map[string][]state.RunningBuild{}, []string(nil)
	for _, b := range running {
		if jobs[b.JobID] == nil {
			order = append(order, b.JobID)
		}
		jobs[b.JobID] = append(jobs[b.JobID], b)
	}
	var out []state.Finding
	for _, id := range order {
		builds := jobs[id]
		most := most(builds)
		if most > 0 && int64(len(builds)) > most {
			out = append(out, state.Finding{
				Check: "max_in_flight", Broken: "More builds of a job run at once than may.", Fix: "abort the newest of them; report how it came to this.",
				Subject: "job " + id, What: fmt.Sprintf("%s: %d builds run (%s), and no more than %d may", builds[0].Address, len(builds), numbers(builds), most),
			})
		}
	}
	return out
}

// most is the greatest limit among the definitions; 0: there is none.
func most(builds []state.RunningBuild) int64 {
	var out int64
	for _, b := range builds {
		limit := b.Job.MaxInFlight
		if len(b.Job.SerialGroups) > 0 {
			limit = 1
		}
		if limit == 0 {
			return 0
		}
		out = max(out, limit)
	}
	return out
}

func numbers(builds []state.RunningBuild) string {
	text := ""
	for _, b := range builds {
		text += fmt.Sprintf(" #%d", b.Number)
	}
	return text[1:]
}

// serialGroups: of jobs that share a group one build runs at most.
func serialGroups(running []state.RunningBuild) []state.Finding {
	var out []state.Finding
	for i, a := range running {
		for _, b := range running[:i] {
			if a.PipelineID != b.PipelineID || a.JobID == b.JobID {
				continue
			}
			for _, g := range a.Job.SerialGroups {
				if slices.Contains(b.Job.SerialGroups, g) {
					out = append(out, state.Finding{
						Check: "serial_groups", Broken: "Two builds of one serial group run at once.", Fix: "abort one of them; report how it came to this.",
						Subject: "group " + g, What: fmt.Sprintf("%s #%d and %s #%d run", b.Address, b.Number, a.Address, a.Number),
					})
				}
			}
		}
	}
	return out
}

// passed: what a build took with passed comes out of builds that passed, and what
// passed the same job out of one and the same build of it.
func passed(c state.Checkup) []state.Finding {
	var out []state.Finding
	for i := 0; i < len(c.Inputs); {
		n := i + 1
		for n < len(c.Inputs) && c.Inputs[n].BuildID == c.Inputs[i].BuildID {
			n++
		}
		out = append(out, passedBuild(c, c.Inputs[i:n])...)
		i = n
	}
	return out
}

func passedBuild(c state.Checkup, inputs []state.TakenInput) []state.Finding {
	together, order := map[graph.Address][]string{}, []graph.Address(nil)
	for _, get := range graph.Inputs(inputs[0].Job) {
		i := slices.IndexFunc(inputs, func(in state.TakenInput) bool { return in.Name == get.Name })
		if i < 0 {
			continue
		}
		for _, job := range get.Passed {
			at := state.PipelineJob{PipelineID: inputs[i].PipelineID, Address: job}
			if !c.Whole[at] {
				continue // builds of it are gone: nothing can be said
			}
			had := c.Passed[state.PassedVersion{PipelineJob: at, ResourceID: inputs[i].ResourceID, VersionID: inputs[i].VersionID}]
			if all, seen := together[job]; seen {
				had = slices.DeleteFunc(slices.Clone(all), func(b string) bool { return !slices.Contains(had, b) })
			} else {
				order = append(order, job)
			}
			together[job] = had
		}
	}
	var out []state.Finding
	for _, job := range order {
		if len(together[job]) == 0 {
			out = append(out, state.Finding{
				Check: "passed", Broken: "A build took versions that have not passed, together, a job which they should have.", Fix: "look at what it did with them; report how it came to this.",
				Subject: "build " + inputs[0].BuildID, What: fmt.Sprintf("%s #%d: no build of %s succeeded with what it took", inputs[0].Address, inputs[0].Number, job),
			})
		}
	}
	return out
}

package place

import (
	"fmt"
	"strings"
)

// census says why the workers that are not in left may not have a run, in numbers:
// "; of 5 workers 2 have other tags, 1 is another team's". "" where all are.
func (p *placer) census(r *Run, left []int) string {
	if len(left) == len(p.Workers) {
		return ""
	}
	counts, among := map[string]int{}, make([]bool, len(p.Workers))
	for _, i := range left {
		among[i] = true
	}
	for i := range p.Workers {
		if !among[i] {
			counts[p.against(r, &p.Workers[i])]++
		}
	}
	var parts []string
	for _, c := range []struct{ why, one, many string }{
		{"team", "is another team's", "are other teams'"},
		{"tags", "has other tags", "have other tags"},
		{"platform", "has another platform", "have other platforms"},
		{"large", "is too small", "are too small"},
		{"needs", "does not have its artifacts", "do not have its artifacts"},
		{"home", "is not where its build is", "are not where its build is"},
		{"status", "does not run", "do not run"},
	} {
		switch n := counts[c.why]; n {
		case 0:
		case 1:
			parts = append(parts, "1 "+c.one)
		default:
			parts = append(parts, fmt.Sprint(n, " ", c.many))
		}
	}
	return fmt.Sprintf("; of %d workers %s", len(p.Workers), strings.Join(parts, ", "))
}

// against is the first rule that keeps a run from a worker; where none does, the
// build is at home elsewhere.
func (p *placer) against(r *Run, w *Worker) string {
	switch {
	case !forTeam(w, r):
		return "team"
	case !hasTags(w, r.Tags):
		return "tags"
	case !hasPlatform(w, r.Platform):
		return "platform"
	case r.Needs != "" && w.ID != r.Needs:
		return "needs"
	case !r.Asks.within(w.Offers):
		return "large"
	case !p.works(w, r):
		return "status"
	}
	return "home"
}

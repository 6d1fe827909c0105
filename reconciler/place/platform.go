package place

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// hasPlatform: linux is any linux/…, linux/arm64 only that.
func hasPlatform(w *Worker, platform string) bool {
	return platform == "" || w.Platform == platform || strings.HasPrefix(w.Platform, platform+"/")
}

// noPlatform says which platforms there are among the workers that may have a run
// otherwise.
func (p *placer) noPlatform(r *Run) why {
	counts := map[string]int{}
	for i := range p.Workers {
		if w := &p.Workers[i]; forTeam(w, r) && hasTags(w, r.Tags) {
			counts[w.Platform]++
		}
	}
	var there []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		there = append(there, fmt.Sprintf("%d %s", counts[name], name))
	}
	return why{"NoWorkerWithPlatform", fmt.Sprintf("no worker is %s; of those that may have it otherwise there are %s", r.Platform, strings.Join(there, ", "))}
}

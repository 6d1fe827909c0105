package build

import (
	"slices"
	"strings"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
)

// A get of a version that a worker has fetched before needs no run: the volume is
// there, and nobody ever writes to it. Only gets of chosen versions take part; what
// follows a put fetches something that nobody can have had.

// fetchKey is what of a get decides what it brings.
func fetchKey(t *weirv1.Task) string { return protocol.Key(t) }

// fetched finds what a get would bring, on a worker that the step, and what the
// build has so far, can go with.
func (d *decider) fetched(s graph.Step, path string, t *weirv1.Task) (Fetch, bool) {
	if !chosenGet(s, path) || len(d.Fetches) == 0 {
		return Fetch{}, false
	}
	key, home := fetchKey(t), d.home()
	i := slices.IndexFunc(d.Fetches, func(f Fetch) bool {
		return f.Key == key && (home == "" || f.Worker == home) && suits(f.Tags, s.Tags)
	})
	if i < 0 {
		return Fetch{}, false
	}
	return d.Fetches[i], true
}

// keepAs is the key under which other builds find what a run fetched, if they may.
func (d *decider) keepAs(s graph.Step, path string, run Run) string {
	if !chosenGet(s, path) {
		return ""
	}
	again, err := d.newRun(s, path, run.Attempt)
	if err != nil {
		return ""
	}
	return fetchKey(again.Task)
}

func chosenGet(s graph.Step, path string) bool {
	_, get := s.Body.(graph.Get)
	return get && !strings.HasSuffix(path, getSuffix)
}

// home is the worker where the build is at work, or has something; "": none yet.
func (d *decider) home() string {
	for _, a := range d.Artifacts {
		if a.Worker != "" {
			return a.Worker
		}
	}
	for _, runs := range d.Runs {
		for _, r := range runs {
			if r.Worker != "" && !r.Loose {
				return r.Worker
			}
		}
	}
	return ""
}

// suits is the rule of placement: tagged workers are for those who ask for them.
func suits(worker, step []string) bool {
	if len(step) == 0 {
		return len(worker) == 0
	}
	return !slices.ContainsFunc(step, func(t string) bool { return !slices.Contains(worker, t) })
}

package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// defaultCheckEvery is what a resource with no word about it gets.
const defaultCheckEvery = time.Minute

func checksStart(c Change, _ Seen) []Effect {
	r, ok := created[graph.Resource](c)
	if !ok {
		return nil
	}
	effects := will("checks start, " + checkEvery(r))
	if r.CheckNever {
		effects = will("is checked only on demand")
	}
	if len(r.Pin) > 0 {
		effects = append(effects, will("is pinned to "+versionText(r.Pin))...)
	}
	return effects
}

// historyRestarts: a history belongs to type and source, so another source has
// another one.
func historyRestarts(c Change, seen Seen) []Effect {
	old, new, ok := updated[graph.Resource](c)
	if !ok || sameOrigin(old, new) {
		return nil
	}
	if seen.Versions == 0 {
		return will("history starts with the new source")
	}
	return loses(fmt.Sprintf("history restarts: %s with the old source", counted(seen.Versions, "version stays", "versions stay")))
}

// sameOrigin: what decides whether two resources see the same history.
func sameOrigin(a, b graph.Resource) bool {
	return a.Type == b.Type && a.TypeRef == b.TypeRef && fingerprint(a.Source) == fingerprint(b.Source)
}

func checksChange(c Change, _ Seen) []Effect {
	old, new, ok := updated[graph.Resource](c)
	if !ok || checkEvery(old) == checkEvery(new) {
		return nil
	}
	if new.CheckNever {
		return will("checks stop: from now on only on demand")
	}
	return will("checks " + checkEvery(new) + ", were " + checkEvery(old))
}

func pinChanges(c Change, _ Seen) []Effect {
	old, new, ok := updated[graph.Resource](c)
	switch {
	case !ok || maps.Equal(old.Pin, new.Pin):
		return nil
	case len(new.Pin) == 0:
		return will("is pinned no longer: the latest version is used")
	}
	return will("is pinned to " + versionText(new.Pin))
}

func resourceGoes(c Change, seen Seen) []Effect {
	_, ok := deleted[graph.Resource](c)
	switch {
	case !ok:
		return nil
	case seen.Versions == 0:
		return will("checks stop")
	}
	return loses(fmt.Sprintf("checks stop; its history of %s is no longer used by this pipeline", counted(seen.Versions, "version", "versions")))
}

func checkEvery(r graph.Resource) string {
	switch {
	case r.CheckNever:
		return "never"
	case r.CheckEvery == 0:
		return "every " + Duration(defaultCheckEvery)
	}
	return "every " + Duration(time.Duration(r.CheckEvery)*time.Millisecond)
}

// Duration is a duration as people write it in a pipeline: 1m, not 1m0s.
func Duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func versionText(v map[string]string) string {
	parts := make([]string, 0, len(v))
	for _, k := range slices.Sorted(maps.Keys(v)) {
		parts = append(parts, k+" "+v[k])
	}
	return strings.Join(parts, ", ")
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

package sim

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weirci/weir/state"
)

// What people do, and what comes from outside.

func (h *History) someScope() (string, *scope) {
	for _, o := range h.DB.objects[h.dice.IntN(len(h.DB.objects)):] {
		if s := h.DB.scopes["s-"+o.ID]; s != nil {
			return "s-" + o.ID, s
		}
	}
	return "", nil
}

func (h *History) someJob() state.Object {
	for _, o := range h.DB.objects[h.dice.IntN(len(h.DB.objects)):] {
		if h.DB.jobs[o.ID] != nil {
			return o
		}
	}
	return state.Object{}
}

func (h *History) push() {
	if id, s := h.someScope(); s != nil {
		s.outside = append(s.outside, fmt.Sprint(len(s.outside)+1))
		h.note("version %d of %s", len(s.outside), s.address)
		s.requested = true
		h.DB.enqueue(state.ScopeKey(id))
	}
}

func (h *History) ask() {
	if id, s := h.someScope(); s != nil {
		s.requested = true
		h.DB.enqueue(state.ScopeKey(id))
	}
}

func (h *History) trigger() {
	if o := h.someJob(); o.ID != "" {
		b := h.DB.newBuild(o.ID, "manual")
		h.note("%s is triggered: #%d", o.Address, b.row.Number)
		h.DB.enqueue(state.JobKey(o.ID))
	}
}

// again has a build that ended done again, or gone on with where it failed.
func (h *History) again() {
	var ended []*buildRows
	job := h.someJob()
	for _, b := range h.DB.builds {
		if b.row.JobID == job.ID && b.row.Status.Terminal() && len(b.steps) > 0 {
			ended = append(ended, b)
		}
	}
	if len(ended) == 0 {
		return
	}
	of, cause := ended[h.dice.IntN(len(ended))], []string{"rerun", "resume"}[h.dice.IntN(2)]
	h.count(cause)
	h.note("%s of %s #%d: #%d", cause, of.row.Job, of.row.Number, h.DB.again(of, cause).row.Number)
}

// abort asks for the end of a build; of one that is asked already, by force.
func (h *History) abort() {
	for _, b := range h.DB.builds {
		if !b.row.Status.Terminal() && h.chance(1, 6) {
			h.DB.abort(b)
			h.note("%s #%d is aborted%s", b.row.Job, b.row.Number, map[bool]string{true: " by force"}[b.row.AbortForcedBy != ""])
			return
		}
	}
}

// abort is APIAbort: a build that waits ends at once.
func (db *DB) abort(b *buildRows) {
	switch {
	case b.row.Status == state.BuildPending:
		b.row.Status, b.row.AbortRequestedBy, b.ended = state.BuildAborted, "ann", db.Now
	case b.row.AbortRequestedBy != "":
		b.row.AbortForcedBy = "ann"
	default:
		b.row.AbortRequestedBy, b.abortedAt = "ann", db.step
	}
	db.enqueue(state.BuildKey(b.row.ID))
	if b.row.Status.Terminal() {
		db.enqueue(state.JobKey(b.row.JobID))
	}
}

// approve answers a step that asks, most often kindly.
func (h *History) approve() {
	for _, b := range h.DB.builds {
		if b.row.Status != state.BuildRunning {
			continue
		}
		for _, path := range slices.Sorted(maps.Keys(b.steps)) {
			if b.steps[path].Status == state.StepBlocked {
				yes := h.chance(3, 4)
				h.DB.answer(b, path, yes)
				h.count(map[bool]string{true: "approved", false: "rejected"}[yes])
				h.note("%s #%d %s is answered: %v", b.row.Job, b.row.Number, path, yes)
				return
			}
		}
	}
}

func (h *History) pause() {
	if h.chance(1, 6) {
		h.DB.archivePipeline(!h.DB.rules.archived)
		h.count("archived or taken up")
		h.note("the pipeline is archived: %v", h.DB.rules.archived)
		return
	}
	if h.chance(1, 4) {
		h.DB.pausePipeline(!h.DB.rules.paused)
		h.note("the pipeline is paused: %v", h.DB.rules.paused)
		return
	}
	if o := h.someJob(); o.ID != "" {
		h.DB.pauseJob(o.ID, !h.DB.jobs[o.ID].paused)
		h.note("%s is paused: %v", o.Address, h.DB.jobs[o.ID].paused)
	}
}

// rule pins a resource to a version or disables one, or takes that back.
func (h *History) rule() {
	_, s := h.someScope()
	if s == nil || len(s.versions) == 0 {
		return
	}
	v := s.versions[h.dice.IntN(len(s.versions))]
	_, pinned := h.DB.rules.pins[s.resource]
	_, disabled := h.DB.rules.disabled[s.resource][v.id]
	what := "pin"
	switch hand := h.chance(1, 2); {
	case hand && pinned:
		what = "unpin"
		h.DB.unpin(s.resource)
	case hand:
		h.DB.pin(s.resource, v)
	case disabled:
		what = "enable"
		h.DB.enable(s.resource, v.id)
	default:
		what = "disable"
		h.DB.disable(s.resource, v)
	}
	h.count(what)
	h.note("%s %s %v", what, s.address, v.version)
}

package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// onceForAll: a version triggers a job once. The key is all of a build's inputs
// that trigger.
func (h *History) onceForAll(b *buildRows) error {
	if b.cause != "version" || len(b.inputs) == 0 {
		return nil
	}
	var key strings.Builder
	key.WriteString(b.row.JobID)
	for i, get := range graph.Inputs(h.DB.spec(b.row.JobID)) {
		if get.Trigger {
			fmt.Fprintf(&key, " %s=%d", get.Name, b.inputs[i].VersionID)
		}
	}
	if h.seen.had[key.String()] {
		return fmt.Errorf("was triggered a second time by %s", key.String())
	}
	h.seen.had[key.String()] = true
	return nil
}

// passedTogether: inputs that passed a job come out of one succeeded build of it.
func (h *History) passedTogether(b *buildRows) error {
	wants := map[graph.Address][]state.BuildInput{}
	for i, get := range graph.Inputs(h.DB.spec(b.row.JobID)) {
		for _, up := range get.Passed {
			if len(b.inputs) > i {
				wants[up] = append(wants[up], b.inputs[i])
			}
		}
	}
	for up, inputs := range wants {
		if !slices.ContainsFunc(h.DB.builds, func(x *buildRows) bool {
			return x.row.Job == up && x.row.Status == state.BuildSucceeded && hadAll(x, inputs)
		}) {
			return fmt.Errorf("its inputs %v never passed %s together", inputs, up)
		}
	}
	return nil
}

func hadAll(b *buildRows, inputs []state.BuildInput) bool {
	for _, in := range inputs {
		input := slices.ContainsFunc(b.inputs, func(x state.BuildInput) bool { return x.VersionID == in.VersionID })
		output := slices.ContainsFunc(b.outputs, func(v version) bool { return v.id == in.VersionID })
		if !input && !output {
			return false
		}
	}
	return true
}

// restful: a build that has ended has no step that goes on; its runs are looked at
// with all others.
func (h *History) restful(b *buildRows) error {
	for path, s := range b.steps {
		if !s.Status.Terminal() {
			return fmt.Errorf("has ended, and step %s is %s", path, s.Status)
		}
	}
	return nil
}

// hooksRan: ensure runs whatever happens to the job, and on_failure where its step
// failed, unless somebody ends the build by force.
func (h *History) hooksRan(b *buildRows) error {
	if b.row.AbortForcedBy != "" || len(b.steps) == 0 {
		return nil
	}
	job := h.DB.spec(b.row.JobID)
	for i := range job.Hooks.Ensure {
		path := fmt.Sprintf("ensure.%d", i)
		if hook, has := b.steps[path]; !has || hook.Status == state.StepSkipped {
			return fmt.Errorf("has ended, and its hook %s did not run", path)
		}
	}
	for i, s := range job.Steps {
		failed := b.steps[fmt.Sprint(i)].Status == state.StepFailed && b.row.AbortRequestedBy == ""
		hook, has := b.steps[fmt.Sprintf("%d.on_failure.0", i)]
		if len(s.Hooks.OnFailure) > 0 && failed && (!has || hook.Status == state.StepSkipped) {
			return fmt.Errorf("step %d failed, and its hook did not run", i)
		}
	}
	return nil
}

// triedAgain: a step that failed for good has had all its attempts.
func (h *History) triedAgain(b *buildRows) error {
	for i, s := range h.DB.spec(b.row.JobID).Steps {
		path, tries := fmt.Sprint(i), int64(0)
		if s.Retry.Attempts < 2 || len(s.Across) > 0 || b.steps[path].Status != state.StepFailed || b.row.AbortRequestedBy != "" {
			continue
		}
		for _, r := range h.DB.runs {
			if r.build == b && r.row.Path == path && r.row.Status == state.RunExited && !r.row.Infra {
				tries++
			}
		}
		if tries != s.Retry.Attempts {
			return fmt.Errorf("step %s failed after %d attempts of %d", path, tries, s.Retry.Attempts)
		}
	}
	return nil
}

// putOnce: a build that resumes another does not repeat a put of it that succeeded, where
// nothing before the put was done anew.
func (h *History) putOnce(b *buildRows) error {
	if b.cause != "resume" {
		return nil
	}
	for i, s := range h.DB.spec(b.row.JobID).Steps {
		path := fmt.Sprint(i)
		if _, put := s.Body.(graph.Put); put && b.of.steps[path].Status == state.StepSucceeded &&
			slices.ContainsFunc(h.DB.runs, func(r *run) bool { return r.build == b && r.row.Path == path }) {
			return fmt.Errorf("step %d put again what #%d had put", i, b.of.row.Number)
		}
		if !strings.HasPrefix(b.steps[path].Message, "as in build") {
			return nil
		}
	}
	return nil
}

// wasAsked: no approval succeeds that nobody gave, in the build or in one that it resumes.
func (h *History) wasAsked(b *buildRows) error {
	for i, s := range h.DB.spec(b.row.JobID).Steps {
		path := fmt.Sprint(i)
		if _, ok := s.Body.(graph.Approval); ok && b.steps[path].Status == state.StepSucceeded && !approved(b, path) {
			return fmt.Errorf("step %s was approved by nobody", path)
		}
	}
	return nil
}

func approved(b *buildRows, path string) bool {
	if a, answered := b.answers[path]; answered {
		return a.Approved
	}
	return b.cause == "resume" && approved(b.of, path)
}

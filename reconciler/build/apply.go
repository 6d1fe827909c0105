package build

import (
	"maps"
	"slices"
	"time"

	"github.com/weirci/weir/state"
)

// Apply does to a state what the store does for a command. It gives an error where
// the store would refuse: a transition that no table has.
func Apply(s *State, c Command, now time.Time) error {
	switch c := c.(type) {
	case AddSteps:
		for _, seed := range c.Steps {
			if _, there := s.Steps[seed.Path]; !there {
				s.Steps[seed.Path] = waitingStep()
			}
		}
	case StartStep:
		return s.move(c.Path, state.StepRunning, func(r *Step) { r.Attempt, r.StartedAt, r.RetryAt = c.Attempt, now, time.Time{} })
	case AskApproval:
		return s.move(c.Path, state.StepBlocked, func(r *Step) { r.Attempt, r.StartedAt, r.Message = 1, now, c.Message })
	case RetryStep:
		return s.move(c.Path, state.StepReady, func(r *Step) { r.RetryAt, r.Message = c.At, c.Message })
	case FinishStep:
		return s.move(c.Path, c.Status, func(r *Step) { r.Message, r.Fault = c.Message, c.Fault })
	case SkipSteps:
		return s.skip(c.Paths)
	case StartRun:
		s.Runs[c.Path] = append(slices.Clip(s.Runs[c.Path]), Run{ID: c.ID, Attempt: c.Attempt, Status: state.RunUnplaced})
	case KillRun:
		s.kill(c)
	case AbandonRun:
		s.abandon(c)
	case AddArtifact:
		s.Artifacts[c.Name] = c.Artifact
	case SetPipeline:
		s.Sets[c.Run] = Set{}
	case FinishBuild:
		if err := s.Build.Status.Move(c.Status); err != nil {
			return err
		}
		s.Build.Status = c.Status
	case SaveVersion: // the rows of versions are not in the state
	}
	return nil
}

func (s *State) move(path string, to state.StepStatus, change func(*Step)) error {
	row := s.Steps[path]
	if err := row.Status.Move(to); err != nil {
		return err
	}
	row.Status = to
	change(&row)
	s.Steps[path] = row
	return nil
}

func (s *State) skip(paths []string) error {
	for _, p := range paths {
		if err := s.move(p, state.StepSkipped, func(*Step) {}); err != nil {
			return err
		}
	}
	return nil
}

func (s *State) kill(c KillRun) {
	runs := slices.Clone(s.Runs[c.Path])
	for i := range runs {
		if runs[i].ID == c.ID {
			runs[i].KillRequested = true
		}
	}
	s.Runs[c.Path] = runs
}

func (s *State) abandon(c AbandonRun) {
	runs := slices.Clone(s.Runs[c.Path])
	for i := range runs {
		switch {
		case runs[i].ID != c.ID:
		case runs[i].Status == state.RunUnplaced:
			runs[i].Status = state.RunExited
		default:
			runs[i].Status = state.RunLost
		}
	}
	s.Runs[c.Path] = runs
}

// Clone copies what Apply changes.
func (s State) Clone() State {
	s.Steps, s.Runs, s.Artifacts, s.Sets = cloneMap(s.Steps), cloneMap(s.Runs), cloneMap(s.Artifacts), cloneMap(s.Sets)
	return s
}

func cloneMap[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

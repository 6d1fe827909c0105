package compiler

import (
	"slices"

	"github.com/weirci/weir/lang/config"
)

// made is what the steps so far have left for those after them.
type made struct {
	artifacts artifacts
	loads     artifacts // of load steps: load.<step>
	steps     artifacts // that ran: step.<name>
}

func (m made) artifact(n config.Name) made {
	m.artifacts = m.artifacts.with(n)
	return m
}

func (m made) load(n config.Name) made {
	m.loads = m.loads.with(n)
	return m
}

func (m made) step(n config.Name) made {
	if n.Text != "" {
		m.steps = m.steps.with(n)
	}
	return m
}

// clip makes what is appended later invisible to others that go on from here.
func (m made) clip() made {
	return made{slices.Clip(m.artifacts), slices.Clip(m.loads), slices.Clip(m.steps)}
}

// since is what came after an earlier state.
func (m made) since(before made) made {
	return made{m.artifacts[len(before.artifacts):], m.loads[len(before.loads):], m.steps[len(before.steps):]}
}

func (m made) plus(more made) made {
	return made{append(m.artifacts, more.artifacts...), append(m.loads, more.loads...), append(m.steps, more.steps...)}
}

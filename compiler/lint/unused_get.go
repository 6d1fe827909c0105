package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

func unusedGet() Rule {
	return Rule{Code: diag.UnusedGet, Severity: diag.Warning, Summary: "Get without use",
		Why: "Every build fetches it, no step uses its artifact or its version, it starts no build, and no job depends on its having passed.",
		Fix: "Remove the step, write `trigger = true`, or name it in the `inputs` of a task.",
		check: func(p *pass, out report) {
			carried := p.carried()
			for _, j := range p.jobs {
				uses := usesOf(j)
				for _, s := range j.steps {
					g, ok := s.Body.(graph.Get)
					if !ok || g.Trigger || len(g.Passed) > 0 || carried[link{j.address, g.Resource}] || uses.has(s.Name) || p.names(j, s.Name) {
						continue
					}
					out(diag.Diagnostic{Range: s.written.Range,
						Detail: fmt.Sprintf("No step of this job uses %s, and a new version of it starts no build.", s.Name),
						Fix:    &diag.Fix{Help: "remove the step, write trigger = true, or use it in inputs"}})
				}
			}
		}}
}

// link is a resource that a job hands on to those that come after it.
type link struct{ job, resource graph.Address }

// carried are the resources of which a later job wants versions that passed.
func (p *pass) carried() map[link]bool {
	out := map[link]bool{}
	for _, j := range p.jobs {
		for _, s := range j.steps {
			if g, ok := s.Body.(graph.Get); ok {
				for _, before := range g.Passed {
					out[link{before, g.Resource}] = true
				}
			}
		}
	}
	return out
}

// uses are the artifacts and versions that the steps of a job name.
type uses struct {
	all   bool // a put takes every artifact
	names []string
}

func (u *uses) has(name string) bool { return u.all || slices.Contains(u.names, name) }

func (u *uses) add(names ...string) { u.names = append(u.names, names...) }

// path adds the artifact that a path begins with.
func (u *uses) path(v graph.Value) {
	switch v := v.(type) {
	case graph.String:
		u.add(firstPart(string(v)))
	case graph.Deferred:
		u.add(firstPart(v.Source))
	}
}

func firstPart(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "./"), "/")
	return name
}

func usesOf(j *job) *uses {
	u := &uses{}
	for _, s := range j.steps {
		u.step(s.Body)
	}
	return u
}

// names says whether an expression of the job names the version or the artifact
// of a get step. It is slow, and seldom asked.
func (p *pass) names(j *job, get string) bool {
	for _, s := range j.steps {
		for _, r := range p.written.refsOf(s.written) {
			if (r.Root() == "version" || r.Root() == "artifact") && len(r.Path) > 1 && r.Path[1].Name == get {
				return true
			}
		}
	}
	return false
}

func (u *uses) step(b graph.Body) {
	switch b := b.(type) {
	case graph.Task:
		u.add(b.ImageArtifact)
		u.path(b.File)
		if b.File != nil { // the definition names its inputs itself
			u.all = true
		}
		for _, in := range b.Inputs {
			if to, ok := b.InputMapping[in]; ok {
				in = to
			}
			u.add(in)
		}
	case graph.Put:
		u.all = u.all || b.AllInputs
		u.add(b.Inputs...)
	case graph.Load:
		u.path(b.File)
	case graph.SetPipeline:
		u.path(b.Dir)
		u.path(b.File)
	}
}

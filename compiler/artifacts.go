package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// artifacts are what the steps so far have made, each with where it was named.
type artifacts []config.Name

func (a artifacts) with(n config.Name) artifacts { return append(a, n) }

func (a artifacts) find(name string) (config.Name, bool) {
	i := slices.IndexFunc(a, func(n config.Name) bool { return n.Text == name })
	if i < 0 {
		return config.Name{}, false
	}
	return a[i], true
}

func (a artifacts) count(name string) int {
	n := 0
	for _, x := range a {
		if x.Text == name {
			n++
		}
	}
	return n
}

func (a artifacts) names() []string {
	names := make([]string, len(a))
	for i, n := range a {
		names[i] = n.Text
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// missing is a use of an artifact that no earlier step makes.
type missing struct {
	config.Name
	have []string
}

// need notes that a step uses an artifact.
func (u *jobUnit) need(n config.Name, have artifacts) {
	if _, ok := have.find(n.Text); !ok {
		u.missing = append(u.missing, missing{n, have.names()})
	}
}

// reportMissing is called when all that the job makes is known, so that it can
// say what is made too late.
func (u *jobUnit) reportMissing(all artifacts) {
	if u.unsure {
		return
	}
	for _, m := range u.missing {
		d := diag.Diagnostic{Code: diag.UnknownArtifact, Range: m.Range, Summary: "Unknown artifact",
			Detail: fmt.Sprintf("No earlier step of this job makes the artifact %q.", m.Text)}
		if hidden, ok := u.hidden.find(m.Text); ok {
			d.Related = []diag.Related{{Message: "it is made here, for each value of across: nothing outside of that step sees it", Range: hidden.Range}}
		} else if late, ok := all.find(m.Text); ok {
			d.Related = []diag.Related{{Message: "it is made here, but not before it is used", Range: late.Range}}
		} else if near, ok := diag.Nearest(m.Text, all.names()); ok {
			d.Fix = &diag.Fix{Help: "did you mean " + quoted(near) + "?"}
		} else if len(m.have) > 0 {
			d.Detail += " So far there are: " + strings.Join(m.have, ", ") + "."
		} else {
			d.Detail += " There are none so far: a get step or the outputs of a task make them."
		}
		u.list.Append(d)
	}
}

// put compiles a put step: what it pushes and which artifacts it may see.
func (u *jobUnit) put(s *config.Step, p *config.Put, have made) (graph.Put, made) {
	out := graph.Put{Resource: u.resourceOf(s, p.Resource), Params: u.data(p.Params), GetParams: u.data(p.GetParams), NoGet: u.flag(p.NoGet)}
	out.Inputs, out.AllInputs = u.putInputs(p.Inputs, out.Params, have.artifacts)
	if out.NoGet {
		return out, have
	}
	return out, have.artifact(s.Name)
}

func (u *jobUnit) putInputs(e config.Expr, params graph.Map, have artifacts) (inputs []string, all bool) {
	if e == nil {
		return detect(params, have), false
	}
	if v, ok := e.Literal(); ok && isText(v) {
		u.choice(config.Name{Text: v.AsString(), Range: e.Range()}, []string{"all", "detect"})
		if v.AsString() == "all" {
			return nil, true
		}
		return detect(params, have), false
	}
	names, ok := u.located(e)
	if !ok {
		return nil, false
	}
	for _, n := range names {
		u.need(n, have)
		inputs = append(inputs, n.Text)
	}
	slices.Sort(inputs)
	return slices.Compact(inputs), false
}

// detect finds the artifacts that texts in the params point into: those whose
// name is the first part of a path.
func detect(params graph.Map, have artifacts) []string {
	var found []string
	var look func(graph.Value)
	look = func(v graph.Value) {
		switch v := v.(type) {
		case graph.String:
			found = append(found, first(string(v)))
		case graph.Deferred:
			found = append(found, first(v.Source))
		case graph.List:
			for _, x := range v {
				look(x)
			}
		case graph.Map:
			for _, x := range v {
				look(x)
			}
		}
	}
	look(params)
	found = slices.DeleteFunc(found, func(s string) bool { _, ok := have.find(s); return !ok })
	slices.Sort(found)
	return slices.Compact(found)
}

func first(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "./"), "/")
	return name
}

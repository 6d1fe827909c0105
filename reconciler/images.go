package reconciler

import (
	"slices"

	"github.com/weirci/weir/compiler/graph"
)

// gets are the inputs of a job: its gets, and the images that come from resources,
// each under the address of its resource, which is the name of no step.
func (ix *index) gets(job graph.Job) []jobInput {
	var out []jobInput
	for _, get := range graph.Inputs(job) {
		out = append(out, jobInput{Input: get})
	}
	for _, i := range ix.images(job) {
		out = append(out, jobInput{graph.Input{Name: string(i.resource), Get: graph.Get{Resource: i.resource}}, i.of})
	}
	return out
}

// jobInput is an input of a job.
type jobInput struct {
	graph.Input
	imageOf string // what it is the image of; "": a step gets it
}

// imageUse says what a resource is the image of.
type imageUse struct {
	resource graph.Address
	of       string
}

// images are the resources that images come from which a job needs: those of its
// tasks, of the types of its resources, and of the types that these are of.
func (ix *index) images(job graph.Job) []imageUse {
	var out []imageUse
	add := func(a graph.Address, of string) {
		if !slices.ContainsFunc(out, func(i imageUse) bool { return i.resource == a }) {
			out = append(out, imageUse{a, of})
		}
	}
	job.Walk(func(_ int, s graph.Step) {
		if t, ok := s.Body.(graph.Task); ok && t.ImageResource != "" {
			add(t.ImageResource, "task "+s.Name)
		}
	})
	for _, a := range ix.needs(job) {
		res, _ := ix.resource(a)
		if typ, ok := ix.resourceType(res); ok && typ.ImageResource != "" {
			add(typ.ImageResource, string(res.TypeRef))
		}
	}
	return out
}

// needs are the resources that a job names, and those that the images of their types
// come from, each once.
func (ix *index) needs(job graph.Job) []graph.Address {
	var out []graph.Address
	for _, ref := range graph.References(job) {
		out = ix.andImages(out, ref.To)
	}
	return out
}

func (ix *index) andImages(seen []graph.Address, a graph.Address) []graph.Address {
	res, ok := ix.resource(a)
	if !ok || slices.Contains(seen, a) {
		return seen
	}
	seen = append(seen, a)
	if typ, ok := ix.resourceType(res); ok && typ.ImageResource != "" {
		return ix.andImages(seen, typ.ImageResource)
	}
	return seen
}

func (ix *index) resourceType(r graph.Resource) (graph.ResourceType, bool) {
	t, ok := ix.byAddress[r.TypeRef].Spec.(graph.ResourceType)
	return t, ok
}

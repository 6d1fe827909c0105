package check

import (
	"fmt"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// The addresses in the definitions of a chain may come from several pipelines, where
// they stand for different things. So each gets one of its own here.
func imageAddress(i int) graph.Address { return graph.Address(fmt.Sprintf("resource.image.%d", i)) }
func typeAddress(i int) graph.Address  { return graph.Address(fmt.Sprintf("resource_type.%d", i)) }

// images gives the image of the scope's type, and of those behind it.
func (s Scope) images(eval protocol.Eval) protocol.Images {
	out := protocol.Images{
		Resources: map[graph.Address]graph.Resource{}, Types: map[graph.Address]graph.ResourceType{}, Versions: map[graph.Address]map[string]string{}, Eval: eval,
		Secrets: func(a graph.Address, _ graph.Value) state.Secrets {
			for i, image := range s.Images {
				if imageAddress(i) == a {
					return image.Secrets
				}
			}
			return state.Secrets{}
		},
	}
	for i, image := range s.Images {
		res := image.Resource
		if image.Type != nil {
			res.TypeRef = typeAddress(i)
			out.Types[res.TypeRef] = *renamed(image.Type, i+1)
		}
		out.Resources[imageAddress(i)], out.Versions[imageAddress(i)] = res, image.Version
	}
	return out
}

// firstType is the scope's own.
func (s Scope) firstType() *graph.ResourceType { return renamed(s.Type, 0) }

// renamed is a type whose image is the i-th of the chain.
func renamed(t *graph.ResourceType, i int) *graph.ResourceType {
	if t == nil || t.ImageResource == "" {
		return t
	}
	out := *t
	out.ImageResource = imageAddress(i)
	return &out
}

// imageOf is what a task has its image from: the same for the same image.
func imageOf(t *weirv1.Task) string {
	if from := t.GetImageFrom(); from != nil {
		return from.GetMounts()[0].GetVolume()
	}
	return ""
}

// imageMoved says that the type has another image than at the last check.
func (s Scope) imageMoved(eval protocol.Eval) bool {
	if s.CheckedImage == "" || s.missing() >= 0 {
		return false
	}
	t := &weirv1.Task{}
	return s.images(eval).Complete(t, s.firstType()) == nil && imageOf(t) != s.CheckedImage
}

// missing is the first of the chain that has no version; -1: all have one.
func (s Scope) missing() int {
	for i, image := range s.Images {
		if image.Version == nil {
			return i
		}
	}
	return -1
}

// noImage says why no check can be made now: what the type's image comes from has
// no version, or is itself being checked for somebody who asked; "": it can.
func (d *decider) noImage() string {
	owner, typ := d.Resource.TypeRef, d.Type
	for _, image := range d.Images {
		address := typ.ImageResource
		switch {
		case d.Requested && image.Busy:
			return fmt.Sprintf("waits for the image of %s: %s is checked first", owner, address)
		case image.Version == nil && image.LastError != "":
			return fmt.Sprintf("waits for the image of %s: no version of %s yet; its last check failed: %s", owner, address, image.LastError)
		case image.Version == nil && !image.Checked:
			return fmt.Sprintf("waits for the image of %s: no version of %s yet; it has not been checked yet", owner, address)
		case image.Version == nil:
			return fmt.Sprintf("waits for the image of %s: no version of %s yet", owner, address)
		}
		owner, typ = image.Resource.TypeRef, image.Type
	}
	return ""
}

// awaitImage waits, or tells who asked for the check that there is nothing to wait
// for: all that the image hangs from has been checked.
func (d *decider) awaitImage(why string) {
	for _, image := range d.Images {
		if image.Busy {
			d.hold("NoImage", why)
			return
		}
	}
	if d.Requested {
		d.fail("", why, d.base())
		return
	}
	d.hold("NoImage", why)
}

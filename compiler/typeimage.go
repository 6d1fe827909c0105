package compiler

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// typeImage is the image of a resource type: a reference to one, or a resource whose
// newest version is one.
func (u *unit) typeImage(e config.Expr, out *graph.ResourceType) {
	if e != nil {
		if refs := e.Refs(); len(refs) == 1 && refs[0].Whole && refs[0].Root() == "resource" {
			if t, ok := u.target(e, "resource"); ok {
				out.ImageResource = graph.Address(t.String())
			}
			return
		}
	}
	out.Image = u.imageRef(e)
}

// checkTypes looks for types that are needed to get their own image.
func (c *compilation) checkTypes(nodes []node) {
	byAddress := map[graph.Address]int{}
	for i, n := range nodes {
		if k := n.address.Kind(); k == graph.KindResource || k == graph.KindResourceType {
			byAddress[n.address] = i
		}
	}
	_, cycles, _ := visit(len(nodes), func(i int) []edge {
		to, ok := byAddress[imageNeeds(nodes[i].spec)]
		if !ok {
			return nil
		}
		return []edge{{from: i, to: to, at: nodes[i].at}}
	})
	for _, cycle := range cycles {
		nodes[cycle[0].from].m.report(diag.List{cycleProblem(diag.Cycle, "Cycle of resource types",
			"Each of these is needed to fetch the image of another of them, so no image can ever be fetched.",
			cycle, func(i int) string { return string(nodes[i].address) })})
	}
}

// imageNeeds is what must be there before a type's image, or a resource, can be
// fetched; "": nothing else.
func imageNeeds(s graph.Spec) graph.Address {
	switch s := s.(type) {
	case graph.ResourceType:
		return s.ImageResource
	case graph.Resource:
		return s.TypeRef
	}
	return ""
}

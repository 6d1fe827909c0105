package lint

import (
	"fmt"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func imageNotPinned() Rule {
	return Rule{Code: diag.ImageNotPinned, Severity: diag.Warning, Summary: "Image not pinned",
		Why: "A tag can be moved: what runs tomorrow may be another image than the one that was planned and reviewed.",
		Fix: "Write the digest behind the tag, `golang:1.26@sha256:…`, or let `weir lock` keep it in the lock file.",
		check: func(p *pass, out report) {
			p.tasks(func(_ *job, s step, t graph.Task) {
				unpinned(t.Image, p.taskField(s, func(t *config.Task) config.Expr { return t.Image }), out)
				for _, service := range t.Services {
					unpinned(service.Image, p.serviceImage(s, service.Name), out)
				}
			})
			for _, m := range p.written.modules {
				for _, t := range m.cfg.ResourceTypes {
					p.unpinnedType(t, out)
				}
			}
		}}
}

// unpinnedType looks at the node of a resource type, which has its image as
// it was locked.
func (p *pass) unpinnedType(t *config.ResourceType, out report) {
	if t.Image == nil {
		return
	}
	for _, n := range p.Graph.Nodes() {
		if spec, ok := n.Spec.(graph.ResourceType); ok && p.Origins[n.Address].Range == t.Range {
			unpinned(spec.Image, p.written.definition(t.Image), out)
		}
	}
}

func unpinned(image string, at diag.Range, out report) {
	if image == "" || strings.Contains(image, "@sha256:") || strings.HasPrefix(image, "oci:") {
		return
	}
	out(diag.Diagnostic{Range: at,
		Detail: fmt.Sprintf("%s is named without a digest, so another image may run tomorrow under the same name.", image),
		Fix:    &diag.Fix{Help: "write " + image + "@sha256:…, or run weir lock"}})
}

// serviceImage is where the image of a service is written.
func (p *pass) serviceImage(s step, name string) diag.Range {
	own, ok := s.written.Body.(*config.Task)
	if !ok {
		return s.written.Range
	}
	tasks := []*config.Task{own}
	if shared := p.written.shared(own.Uses); shared != nil {
		tasks = append(tasks, &shared.Task)
	}
	for _, t := range tasks {
		for _, service := range t.Services {
			if service.Name.Text == name && service.Image != nil {
				return p.written.definition(service.Image)
			}
		}
	}
	return s.written.Range
}

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
			p.unpinnedTypes(out)
		}}
}

// unpinnedTypes looks at the nodes of resource types, which have their images
// as they were locked.
func (p *pass) unpinnedTypes(out report) {
	written := map[diag.Range]*config.ResourceType{}
	for _, m := range p.written.modules {
		for _, t := range m.cfg.ResourceTypes {
			written[t.Range] = t
		}
	}
	for _, n := range p.Graph.Nodes() {
		spec, ok := n.Spec.(graph.ResourceType)
		if t := written[p.Origins[n.Address].Range]; ok && t != nil && t.Image != nil {
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

package hcl

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

var fileForm = &form{what: "A pipeline file",
	blocks: []string{"weir", "pipeline", "variable", "locals", "resource_type", "resource", "task", "job", "secret_source", "group",
		"module", "output", "moved", "removed", "check"},
	later: []string{"import"},
}

// file reads the blocks of a whole file.
func (r *reader) file(body *hclsyntax.Body) {
	r.arguments(body, fileForm, func(string) *config.Expr { return nil })
	for _, b := range body.Blocks {
		switch b.Type {
		case "weir":
			r.weir(b)
		case "pipeline":
			r.pipeline(b)
		case "variable":
			r.variable(b)
		case "locals":
			r.locals(b)
		case "resource_type":
			r.resourceType(b)
		case "resource":
			r.resource(b)
		case "task":
			r.sharedTask(b)
		case "job":
			r.job(b)
		case "secret_source":
			r.secretSource(b)
		case "group":
			r.jobGroup(b)
		case "module":
			r.moduleCall(b)
		case "output":
			r.output(b)
		case "moved":
			r.moved(b)
		case "removed":
			r.removed(b)
		case "check":
			r.assertions(b)
		default:
			r.unknownBlock(b, fileForm)
		}
	}
}

var (
	pipelineFields = fields[config.Pipeline]{
		{"team", func(p *config.Pipeline) *config.Expr { return &p.Team }},
		{"description", func(p *config.Pipeline) *config.Expr { return &p.Description }},
		{"labels", func(p *config.Pipeline) *config.Expr { return &p.Labels }},
	}
	pipelineForm = &form{what: "A pipeline block", fields: pipelineFields.names(),
		blocks: []string{"defaults", "display", "notify"}}
)

func (r *reader) pipeline(b *hclsyntax.Block) {
	p := &config.Pipeline{Range: header(b)}
	names, ok := r.labels(b, pipelineForm, 1, 1)
	if ok {
		p.Name = names[0]
	}
	r.arguments(b.Body, pipelineForm, func(name string) *config.Expr { return pipelineFields.slot(p, name) })
	for _, in := range b.Body.Blocks {
		switch in.Type {
		case "defaults":
			r.defaults(in, p)
		case "display":
			r.display(in, p)
		case "notify":
			r.notification(in, &p.Notify)
		default:
			r.unknownBlock(in, pipelineForm)
		}
	}
	r.config.Pipelines = append(r.config.Pipelines, p)
}

var (
	defaultsFields = fields[config.Defaults]{
		{"timeout", func(d *config.Defaults) *config.Expr { return &d.Timeout }},
		{"tags", func(d *config.Defaults) *config.Expr { return &d.Tags }},
	}
	defaultsForm = &form{what: "A defaults block", fields: defaultsFields.names(), blocks: join([]string{"retry", "limits"}, hookBlocks)}
)

func (r *reader) defaults(b *hclsyntax.Block, p *config.Pipeline) {
	if !once(r, b, &p.Defaults, func(d *config.Defaults) diag.Range { return d.Range }) {
		return
	}
	d := p.Defaults
	d.Range = header(b)
	r.labels(b, defaultsForm, 0, 0)
	r.arguments(b.Body, defaultsForm, func(name string) *config.Expr { return defaultsFields.slot(d, name) })
	for _, in := range b.Body.Blocks {
		switch {
		case in.Type == "retry":
			r.retry(in, &d.Retry)
		case in.Type == "limits":
			r.limits(in, &d.Limits)
		case !r.hook(in, &d.Hooks):
			r.unknownBlock(in, defaultsForm)
		}
	}
}

var localsForm = &form{what: "A locals block"}

func (r *reader) locals(b *hclsyntax.Block) {
	r.labels(b, localsForm, 0, 0)
	for _, a := range b.Body.Attributes {
		name := config.Name{Text: a.Name, Range: expr.RangeOf(a.NameRange)}
		r.config.Locals = append(r.config.Locals, &config.Local{Name: name, Value: expr.Of(a.Expr)})
	}
	r.noBlocks(b.Body, localsForm)
}

var (
	typeFields = fields[config.ResourceType]{
		{"image", func(t *config.ResourceType) *config.Expr { return &t.Image }},
		{"privileged", func(t *config.ResourceType) *config.Expr { return &t.Privileged }},
		{"defaults", func(t *config.ResourceType) *config.Expr { return &t.Defaults }},
	}
	typeForm = &form{what: "A resource_type block", fields: typeFields.names()}
)

func (r *reader) resourceType(b *hclsyntax.Block) {
	names, ok := r.labels(b, typeForm, 1, 1)
	if !ok {
		return
	}
	t := &config.ResourceType{Name: names[0], Range: header(b)}
	r.arguments(b.Body, typeForm, func(name string) *config.Expr { return typeFields.slot(t, name) })
	r.noBlocks(b.Body, typeForm)
	r.config.ResourceTypes = append(r.config.ResourceTypes, t)
}

var (
	resourceFields = fields[config.Resource]{
		{"source", func(x *config.Resource) *config.Expr { return &x.Source }},
		{"pin", func(x *config.Resource) *config.Expr { return &x.Pin }},
		{"tags", func(x *config.Resource) *config.Expr { return &x.Tags }},
		{"icon", func(x *config.Resource) *config.Expr { return &x.Icon }},
		{"public", func(x *config.Resource) *config.Expr { return &x.Public }},
		{"for_each", func(x *config.Resource) *config.Expr { return &x.Repeat.ForEach }},
		{"count", func(x *config.Resource) *config.Expr { return &x.Repeat.Count }},
	}
	resourceForm = &form{what: "A resource block", fields: resourceFields.names(), blocks: []string{"check", "webhook"}}
	checkFields  = fields[config.Check]{
		{"every", func(c *config.Check) *config.Expr { return &c.Every }},
		{"timeout", func(c *config.Check) *config.Expr { return &c.Timeout }},
	}
	checkForm = &form{what: "A check block", fields: checkFields.names()}
)

func (r *reader) resource(b *hclsyntax.Block) {
	names, ok := r.labels(b, resourceForm, 2, 2)
	if !ok {
		return
	}
	x := &config.Resource{Type: names[0], Name: names[1], Range: header(b)}
	r.arguments(b.Body, resourceForm, func(name string) *config.Expr { return resourceFields.slot(x, name) })
	for _, in := range b.Body.Blocks {
		if in.Type == "webhook" {
			r.webhook(in, x)
		} else if in.Type != "check" {
			r.unknownBlock(in, resourceForm)
		} else if once(r, in, &x.Check, func(c *config.Check) diag.Range { return c.Range }) {
			x.Check.Range = header(in)
			plain(r, in, checkForm, checkFields, x.Check)
		}
	}
	r.config.Resources = append(r.config.Resources, x)
}

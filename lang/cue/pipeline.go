package cue

import (
	"strings"

	"cuelang.org/go/cue"

	"github.com/weirci/weir/lang/config"
)

var (
	pipelineFields = fields[config.Pipeline]{
		{"team", func(p *config.Pipeline) *config.Expr { return &p.Team }, nil},
		{"description", func(p *config.Pipeline) *config.Expr { return &p.Description }, nil},
		{"labels", func(p *config.Pipeline) *config.Expr { return &p.Labels }, nil},
	}
	// The fields that hold the rest of the pipeline.
	pipelineParts = []string{"weir", "name", "display", "defaults", "notify", "vars", "locals", "secret_sources", "resource_types", "resources", "tasks",
		"jobs", "groups", "modules", "outputs", "checks", "moved", "removed"}
	pipelineForm = newForm("#Pipeline", "A pipeline", []string{"name"}, pipelineFields.names(), pipelineParts)
)

// pipeline reads the whole value.
func (r *reader) pipeline(v cue.Value) {
	p := &config.Pipeline{Range: r.texts.header(v)}
	r.config.Pipelines = append(r.config.Pipelines, p)
	r.gatherResources(v.LookupPath(cue.ParsePath("resources")))
	r.structure(v, pipelineForm, func(name string, x cue.Value) bool {
		return pipelineFields.put(r, p, name, x) || r.pipelinePart(p, name, x)
	})
}

func (r *reader) pipelinePart(p *config.Pipeline, name string, v cue.Value) bool {
	switch name {
	case "name":
		p.Name = r.text(v)
		p.Range = p.Name.Range
	case "weir":
		r.settings(v)
	case "display":
		p.Display = &config.Display{Range: r.texts.label(v)}
		plain(r, v, displayForm, displayFields, p.Display)
	case "defaults":
		p.Defaults = &config.Defaults{Range: r.texts.label(v)}
		r.defaults(v, p.Defaults)
	case "notify":
		r.notifications(v, &p.Notify)
	default:
		return r.parts(name, v)
	}
	return true
}

// part is a field that holds many things by name: how one is read, and what it
// is called where it could not be.
type part struct {
	kind string
	read func(*reader, config.Name, cue.Value)
}

func partOf(name string) (part, bool) {
	switch name {
	case "vars":
		return part{"variable", (*reader).variable}, true
	case "locals":
		return part{"locals", (*reader).local}, true
	case "secret_sources":
		return part{"secret_source", (*reader).secretSource}, true
	case "resource_types":
		return part{"resource_type", (*reader).resourceType}, true
	case "resources":
		return part{"resource", (*reader).resourceBlock}, true
	case "tasks":
		return part{"task", (*reader).sharedTask}, true
	case "jobs":
		return part{"job", (*reader).jobBlock}, true
	case "groups":
		return part{"group", (*reader).group}, true
	case "modules":
		return part{"module", (*reader).module}, true
	case "outputs":
		return part{"output", (*reader).output}, true
	case "checks":
		return part{"check", (*reader).assertions}, true
	}
	return part{}, false
}

// parts reads the fields that hold many things.
func (r *reader) parts(name string, v cue.Value) bool {
	p, named := partOf(name)
	switch {
	case named:
		r.fields(v, func(name string, x cue.Value) { r.part(p, config.Name{Text: name, Range: r.texts.label(x)}, x) })
	case name == "moved":
		r.elements(v, r.moved)
	case name == "removed":
		r.elements(v, r.removed)
	default:
		return false
	}
	return true
}

// part reads one thing. Where something in it has no value it is a hole as a
// whole, so that the compiler is not misled by the rest.
func (r *reader) part(p part, n config.Name, v cue.Value) {
	before := r.config
	around := r.hole
	r.hole = false
	p.read(r, n, v)
	if r.hole {
		r.config = before
		r.problems.Append(r.pending...)
		labels := []config.Name{n}
		if kind, name, typed := strings.Cut(n.Text, "."); p.kind == "resource" && typed {
			labels = []config.Name{{Text: kind, Range: n.Range}, {Text: name, Range: n.Range}}
		} else if p.kind == "resource" {
			kind, _ := v.LookupPath(cue.ParsePath("type")).String()
			labels = []config.Name{{Text: kind, Range: n.Range}, n}
		}
		r.config.Holes = append(r.config.Holes, config.Hole{Kind: p.kind, Labels: labels, Range: n.Range})
	}
	r.hole, r.pending = around, nil
}

// text is a string that is a name and no template.
func (r *reader) text(v cue.Value) config.Name {
	s, err := v.String()
	if err != nil {
		r.wrongKind(v, "a string")
	}
	return config.Name{Text: s, Range: r.texts.value(v)}
}

var (
	displayFields = fields[config.Display]{
		{"background", func(d *config.Display) *config.Expr { return &d.Background }, nil},
	}
	displayForm = newForm("#Display", "display", nil, displayFields.names())

	defaultsFields = fields[config.Defaults]{
		{"timeout", func(d *config.Defaults) *config.Expr { return &d.Timeout }, nil},
		{"tags", func(d *config.Defaults) *config.Expr { return &d.Tags }, nil},
	}
	defaultsForm = newForm("#Defaults", "defaults", nil, defaultsFields.names(), []string{"retry", "limits"}, hookNames)
)

func (r *reader) defaults(v cue.Value, d *config.Defaults) {
	r.structure(v, defaultsForm, func(name string, x cue.Value) bool {
		switch name {
		case "retry":
			d.Retry = r.retry(x)
		case "limits":
			d.Limits = r.limits(x)
		default:
			return defaultsFields.put(r, d, name, x) || r.hook(name, x, &d.Hooks)
		}
		return true
	})
}

func (r *reader) local(n config.Name, v cue.Value) {
	if e := r.data(v); e != nil {
		r.config.Locals = append(r.config.Locals, &config.Local{Name: n, Value: e})
	}
}

var (
	secretFields = fields[config.SecretSource]{
		{"config", func(s *config.SecretSource) *config.Expr { return &s.Config }, nil},
	}
	secretForm  = newForm("#SecretSource", "A secret source", []string{"type"}, []string{"type"}, secretFields.names())
	groupFields = fields[config.Group]{
		{"description", func(g *config.Group) *config.Expr { return &g.Description }, nil},
		{"jobs", func(g *config.Group) *config.Expr { return &g.Jobs }, (*reader).jobList},
	}
	groupForm  = newForm("#Group", "A group", []string{"jobs"}, groupFields.names()).checkedBy("jobs")
	typeFields = fields[config.ResourceType]{
		{"image", func(t *config.ResourceType) *config.Expr { return &t.Image }, (*reader).image},
		{"privileged", func(t *config.ResourceType) *config.Expr { return &t.Privileged }, nil},
		{"defaults", func(t *config.ResourceType) *config.Expr { return &t.Defaults }, nil},
	}
	typeForm = newForm("#ResourceType", "A resource type", []string{"image"}, typeFields.names()).checkedBy("image")
)

func (r *reader) secretSource(n config.Name, v cue.Value) {
	s := &config.SecretSource{Name: n, Range: n.Range}
	ok := r.structure(v, secretForm, func(name string, x cue.Value) bool {
		if name == "type" {
			s.Type = r.text(x)
			return true
		}
		return secretFields.put(r, s, name, x)
	})
	if ok && s.Type.Text != "" {
		r.config.SecretSources = append(r.config.SecretSources, s)
	}
}

func (r *reader) group(n config.Name, v cue.Value) {
	g := &config.Group{Name: n, Range: n.Range}
	plain(r, v, groupForm, groupFields, g)
	r.config.Groups = append(r.config.Groups, g)
}

func (r *reader) resourceType(n config.Name, v cue.Value) {
	t := &config.ResourceType{Name: n, Range: n.Range}
	plain(r, v, typeForm, typeFields, t)
	r.config.ResourceTypes = append(r.config.ResourceTypes, t)
}

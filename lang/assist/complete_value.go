package assist

import (
	"maps"
	"slices"

	"github.com/weirci/weir/lang/function"
	"github.com/weirci/weir/lang/hcl"
)

// value proposes what may stand in the value of an argument.
func (p *proposals) value() {
	var arg hcl.Argument
	if p.in.Known != nil {
		arg, _ = p.in.Known.Argument(p.attr.Name.Text)
	}
	switch {
	case p.quoted:
		p.words(arg, false)
	case len(p.path) > 0:
		p.members()
	case p.key:
	default:
		if len(p.open) == 0 || len(p.open) == 1 && p.inner() == "[" {
			p.words(arg, true)
			p.expected(arg)
		}
		p.roots()
		p.functions()
	}
}

// words proposes the words that an argument takes, and artifacts where it takes
// those.
func (p *proposals) words(arg hcl.Argument, quotes bool) {
	if p.quoted && len(p.open) > 2 || p.quoted && len(p.open) == 2 && p.open[0] != "[" {
		return
	}
	listed := len(p.open) > 0 && p.open[0] == "["
	words := arg.Words
	if listed && arg.Kind != hcl.Words {
		words = nil
	}
	if arg.Kind == hcl.Artifacts && (listed || quotes) {
		words = append(slices.Clone(words), p.artifacts()...)
	}
	for _, w := range words {
		item := Item{Label: w, Kind: ItemWord, Text: w}
		if quotes {
			item.Label, item.Text = `"`+w+`"`, `"`+w+`"`
			if many := arg.Kind == hcl.Words || arg.Kind == hcl.Artifacts && !slices.Contains(arg.Words, w); many && !listed {
				item.Text = `["` + w + `"]`
			}
		}
		p.add(item)
	}
	if quotes && (arg.Kind == hcl.Bool || arg.Kind == hcl.Condition) {
		p.add(Item{Label: "true", Kind: ItemWord})
		p.add(Item{Label: "false", Kind: ItemWord})
	}
	if quotes && arg.Kind == hcl.TypeExpr {
		for _, t := range []string{"string", "number", "bool", "any", "list(string)", "map(string)", "set(string)", "object({})"} {
			p.add(Item{Label: t, Kind: ItemWord})
		}
	}
}

// artifacts are what the steps of the job make.
func (p *proposals) artifacts() []string { return p.dir.names("step", p.job()) }

// job is the job around the cursor as the whole file has it, where names in it
// are looked up.
func (p *proposals) job() *Block {
	if job := p.file.at(p.offset).top(); job.Parent != nil {
		return job
	}
	return p.in.top()
}

// expected proposes references of the kind that an argument wants.
func (p *proposals) expected(arg hcl.Argument) {
	switch arg.Kind {
	case hcl.Resource:
		p.references("resource", "resource.")
	case hcl.Task:
		p.references("task", "task.")
	case hcl.Jobs:
		p.references("job", "job.")
	case hcl.Image:
		for _, name := range p.artifacts() {
			p.add(Item{Label: "artifact." + name, Kind: ItemReference})
		}
	}
}

func (p *proposals) references(root, prefix string) {
	listed := len(p.open) > 0
	for _, name := range p.dir.names(root, nil) {
		item := p.reference(root, name)
		item.Label = prefix + name
		if item.Text = item.Label; root == "job" && !listed {
			item.Text = "[" + item.Label + "]"
		}
		p.add(item)
	}
}

// roots proposes the first words of references.
func (p *proposals) roots() {
	for _, name := range slices.Sorted(maps.Keys(roots)) {
		r := roots[name]
		if r.inJob && p.in.Parent == nil || r.has != "" && len(p.dir.names(r.has, p.scope(r.has), r.by...)) == 0 {
			continue
		}
		p.add(Item{Label: name, Kind: ItemReference, About: r.about, Rank: 1})
	}
}

// scope is where the names of a root live: in the job, or in the directory.
func (p *proposals) scope(root string) *Block {
	switch root {
	case "step", "params", "across":
		return p.job()
	}
	return nil
}

func (p *proposals) functions() {
	for _, name := range function.Names() {
		p.add(Item{Label: name, Kind: ItemFunction, Detail: signature(name), About: functionAbout(name), Text: name, Snippet: name + "($1)", Rank: 2})
	}
}

// members proposes what may follow the names that are there.
func (p *proposals) members() {
	root, depth := p.path[0], len(p.path)
	r, ok := roots[root]
	switch {
	case !ok:
	case root == "resource":
		p.resourceMembers()
	case root == "module" && depth > 1:
		p.outputs(p.path[1])
	case depth == 1 && len(r.fields) > 0:
		p.fields(r.fields)
	case depth == 1 && r.has != "":
		for _, name := range p.dir.names(r.has, p.scope(r.has), r.by...) {
			p.add(p.reference(r.has, name))
		}
	case root == "step" && depth == 2:
		p.fields([]string{"exit_code", "status"})
	case root == "local":
		p.attributes(symbol{root: "local", name: p.path[1]}, p.path[2:])
	}
}

func (p *proposals) fields(names []string) {
	for _, f := range names {
		p.add(Item{Label: f, Kind: ItemReference})
	}
}

// reference is a name with what it stands for.
func (p *proposals) reference(root, name string) Item {
	s := symbol{root: root, name: name, job: p.scope(root)}
	if root == "resource" {
		s = p.dir.resourceNamed(name)
	}
	return Item{Label: name, Kind: ItemReference, Detail: p.dir.detail(s), About: p.dir.about(s)}
}

// resourceMembers proposes types, then names.
func (p *proposals) resourceMembers() {
	var seen []string
	for _, full := range p.dir.resources() {
		s := p.dir.resourceNamed(full)
		switch {
		case len(p.path) == 1 && !slices.Contains(seen, s.kind):
			seen = append(seen, s.kind)
			p.add(Item{Label: s.kind, Kind: ItemReference, Detail: "resource type"})
		case len(p.path) == 2 && p.path[1] == s.kind:
			p.add(Item{Label: s.name, Kind: ItemReference, Detail: p.dir.detail(s), About: p.dir.about(s)})
		}
	}
}

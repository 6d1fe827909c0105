package compiler

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// beside compiles what stands beside resources and jobs.
func (m *module) beside() []node {
	var all []node
	if m.parent == nil { // of a module they are reported already
		for _, s := range m.cfg.SecretSources {
			all = append(all, m.secretSource(s))
		}
	}
	for _, g := range m.cfg.Groups {
		all = append(all, m.group(g))
	}
	for i := range all {
		all[i].m, all[i].list = m, within(all[i].list, m.within())
	}
	return all
}

// secretSources are what secret_source.… stands for.
func (m *module) secretSources() cty.Value {
	byType := map[string]map[string]bool{}
	for n, s := range m.sym.sources {
		if byType[s.Type.Text] == nil {
			byType[s.Type.Text] = map[string]bool{}
		}
		byType[s.Type.Text][n] = true
	}
	all := make(map[string]cty.Value, len(byType))
	for t, names := range byType {
		all[t] = targets(names, config.Target{Kind: "secret_source", Type: t})
	}
	return cty.ObjectVal(all)
}

// sourceTypes are the kinds of stores that secrets come from. Read only, sorted.
var sourceTypes = []string{"aws_secrets_manager", "aws_ssm", "azure_key_vault", "env", "file", "gcp_secret_manager", "kubernetes", "vault"}

func (m *module) secretSource(s *config.SecretSource) node {
	u := m.unit()
	u.choice(s.Type, sourceTypes)
	spec := graph.SecretSource{Type: s.Type.Text}
	u.openly("A source is opened before there are secrets", func() { spec.Config = u.data(s.Config) })
	return node{address: graph.SecretSourceAddress(s.Type.Text, s.Name.Text), spec: spec, at: s.Range, list: u.list}
}

// checkSource checks secret_source.<type>.<name>.
func (u *unit) checkSource(r config.Ref) bool {
	if len(r.Path) < 3 {
		u.errorf(diag.UnknownName, r.Range, "Incomplete reference", "A reference to a secret source has its type and its name: secret_source.vault.main.")
		return false
	}
	s, ok := u.c.root.sym.sources[r.Path[2].Name]
	if !ok || s.Type.Text != r.Path[1].Name {
		u.unknown(diag.UnknownSecretSource, r.Path[1].Range.Join(r.Path[2].Range), "secret source", r.Path[1].Name+"."+r.Path[2].Name, u.c.root.sym.sourceNames())
		return false
	}
	return true
}

// sourceNames are all secret sources as type.name, sorted.
func (s *symbols) sourceNames() []string {
	names := make([]string, 0, len(s.sources))
	for _, x := range s.sources {
		names = append(names, x.Type.Text+"."+x.Name.Text)
	}
	slices.Sort(names)
	return names
}

func (m *module) group(g *config.Group) node {
	u := m.unit()
	spec := graph.Group{Description: u.word(g.Description)}
	for _, t := range u.targets(g.Jobs, "job") {
		spec.Jobs = append(spec.Jobs, graph.Address(t.String()))
	}
	slices.Sort(spec.Jobs)
	spec.Jobs = slices.Compact(spec.Jobs)
	if g.Jobs == nil {
		u.errorf(diag.MissingField, g.Range, "Group without jobs", "A group says which jobs are in it: jobs = [job.unit].")
	}
	return node{address: graph.GroupAddress(g.Name.Text).In(m.address), spec: spec, at: g.Range, list: u.list}
}

func (u *unit) webhook(w *config.Webhook) graph.Webhook {
	if w == nil {
		return graph.Webhook{}
	}
	if w.Token == nil {
		u.errorf(diag.MissingField, w.Range, "Webhook without token", "Who calls the webhook shows a token, best one from a secret source: token = secret.main.hook_token.")
	}
	return graph.Webhook{Token: u.later(w.Token, cty.String, "a string"), Filters: u.pairs(w.Filters)}
}

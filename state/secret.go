package state

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// Secrets says how the secrets that something names are read: on whose behalf,
// and from where. It has no values.
type Secrets struct {
	Team    string                        // its name; "": nothing names secrets
	Sources map[string]graph.SecretSource // by name
}

// SecretsOf are the secrets that values name, of all sources of their pipeline. A
// source that is missing there is missing here.
func SecretsOf(team string, all map[string]graph.SecretSource, values ...graph.Value) Secrets {
	refs := graph.SecretRefs(graph.List(values))
	if len(refs) == 0 {
		return Secrets{}
	}
	s := Secrets{Team: team, Sources: map[string]graph.SecretSource{}}
	for _, ref := range refs {
		name, _, _ := strings.Cut(ref, ".")
		if source, ok := all[name]; ok {
			s.Sources[name] = source
		}
	}
	return s
}

// ScopeKey is the key of a resource's scope. Resources with the same type and
// source share one, whoever they belong to; those that name secrets only inside of
// a team, and where the names stand for the same: what one team may read, another
// must not profit from.
func (s Secrets) ScopeKey(execDigest string) string {
	if s.Team == "" {
		return execDigest
	}
	h := sha256.New()
	part := func(b string) { fmt.Fprintf(h, "%d:%s", len(b), b) }
	part("weir/scope/v1")
	part(execDigest)
	part(s.Team)
	for _, name := range sortedKeys(s.Sources) {
		part(name)
		part(string(graph.EncodeSpec(s.Sources[name])))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// Map is s as a value of a graph.
func (s Secrets) Map() graph.Map {
	sources := graph.Map{}
	for name, source := range s.Sources {
		sources[name] = graph.Map{"type": graph.String(source.Type), "config": orEmpty(source.Config)}
	}
	return graph.Map{"team": graph.String(s.Team), "sources": sources}
}

func orEmpty(m graph.Map) graph.Map {
	if m == nil {
		return graph.Map{}
	}
	return m
}

// SecretsFrom reads what Map gave.
func SecretsFrom(m graph.Map) Secrets {
	team, _ := m["team"].(graph.String)
	sources, _ := m["sources"].(graph.Map)
	s := Secrets{Team: string(team), Sources: map[string]graph.SecretSource{}}
	for name, v := range sources {
		source, _ := v.(graph.Map)
		typ, _ := source["type"].(graph.String)
		config, _ := source["config"].(graph.Map)
		s.Sources[name] = graph.SecretSource{Type: string(typ), Config: config}
	}
	return s
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

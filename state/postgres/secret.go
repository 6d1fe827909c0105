package postgres

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// secretOwner knows how a pipeline's resources read their secrets.
type secretOwner struct {
	team    string
	sources map[string]graph.SecretSource
	types   map[graph.Address]graph.ResourceType
}

func newSecretOwner(team string) secretOwner {
	return secretOwner{team, map[string]graph.SecretSource{}, map[graph.Address]graph.ResourceType{}}
}

// see takes a node of the pipeline. All are to be seen before anything is asked.
func (o secretOwner) see(a graph.Address, s graph.Spec) {
	switch s := s.(type) {
	case graph.SecretSource:
		o.sources[a.Name()] = s
	case graph.ResourceType:
		o.types[a] = s
	}
}

func (o secretOwner) of(r graph.Resource) state.Secrets {
	return state.SecretsOf(o.team, o.sources, r.Source, o.types[r.TypeRef].Defaults)
}

func ownerIn(g *graph.Graph, team string) secretOwner {
	o := newSecretOwner(team)
	for _, n := range nodesOf(g) {
		o.see(n.Address, n.Spec)
	}
	return o
}

// encodeSecrets are s as the row has them; NULL where there are none.
func encodeSecrets(s state.Secrets) ([]byte, error) {
	if s.Team == "" {
		return nil, nil
	}
	return graph.EncodeMap(s.Map())
}

func decodeSecrets(b []byte) (state.Secrets, error) {
	if len(b) == 0 {
		return state.Secrets{}, nil
	}
	m, err := graph.DecodeMap(b)
	return state.SecretsFrom(m), err
}

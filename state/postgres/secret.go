package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// secretOwner knows how a pipeline's resources read their secrets.
type secretOwner struct {
	team    string
	sources map[string]graph.SecretSource
	types   map[graph.Address]graph.ResourceType
	all     map[graph.Address]graph.Resource
}

func newSecretOwner(team string) secretOwner {
	return secretOwner{team, map[string]graph.SecretSource{}, map[graph.Address]graph.ResourceType{}, map[graph.Address]graph.Resource{}}
}

// see takes a node of the pipeline. All are to be seen before anything is asked.
func (o secretOwner) see(a graph.Address, s graph.Spec) {
	switch s := s.(type) {
	case graph.SecretSource:
		o.sources[a.Name()] = s
	case graph.ResourceType:
		o.types[a] = s
	case graph.Resource:
		o.all[a] = s
	}
}

func (o secretOwner) of(r graph.Resource) state.Secrets {
	return state.SecretsOf(o.team, o.sources, r.Source, o.types[r.TypeRef].Defaults)
}

// scopeKey is the key of a resource's scope. Its digest is over type and source, and
// over those of what its type's image comes from, but not over whose secrets these
// name, nor over what they are pinned to: where there is such, that is added.
func (o secretOwner) scopeKey(r graph.Resource, execDigest string) string {
	key := o.of(r).ScopeKey(execDigest)
	more := ""
	for image, ok := o.imageOf(r); ok; image, ok = o.imageOf(image) {
		if len(more) > 1<<20 {
			break // it hangs from itself, which no graph does
		}
		more += "/" + o.of(image).ScopeKey("")
		if len(image.Pin) > 0 {
			more += "@" + string(state.VersionJSON(image.Pin))
		}
	}
	if strings.Trim(more, "/") == "" {
		return key
	}
	sum := sha256.Sum256([]byte("weir/scope/image/v1\x00" + key + "\x00" + more))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// imageOf is the resource that the image of a resource's type comes from.
func (o secretOwner) imageOf(r graph.Resource) (graph.Resource, bool) {
	image, ok := o.all[o.types[r.TypeRef].ImageResource]
	return image, ok
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

package postgres

import (
	"context"
	"slices"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// What a resource that does not say it gets.
const (
	defaultCheckEvery   = 60_000    // ms
	defaultCheckTimeout = 3_600_000 // ms
)

// wants are the scopes that resources want, as arrays.
type wants struct {
	resources            db.PutResourcesParams
	seen                 map[string]bool
	keys                 []string // of the scopes, each once
	specs, typeSpecs     [][]byte
	secrets              [][]byte
	imageKeys, imagePins []string // "": none
	owner                secretOwner
	changed, disappears  []string // addresses of resources
}

// wantScopes gives the changed resources their scopes, says to each scope how
// often it is checked now, and returns the keys of all that it touched.
func (w writer) wantScopes(ctx context.Context) ([]state.Key, error) {
	want, err := w.wants(ctx)
	if err != nil {
		return nil, err
	}
	touched, err := w.q.ScopesOf(ctx, w.pipelineID, append(slices.Clone(want.changed), want.disappears...))
	if err != nil {
		return nil, err
	}
	if len(want.keys) > 0 {
		ids, err := w.q.PutScopes(ctx, db.PutScopesParams{
			Keys: want.keys, Specs: want.specs, TypeSpecs: want.typeSpecs, Secrets: want.secrets, ImageKeys: want.imageKeys, ImagePins: want.imagePins,
		})
		if err != nil {
			return nil, err
		}
		touched = append(touched, ids...)
	}
	if len(touched) == 0 {
		return nil, nil
	}
	if err := w.q.LockScopes(ctx, touched); err != nil {
		return nil, err
	}
	if err := w.q.PutResources(ctx, want.resources); err != nil {
		return nil, err
	}
	if err := w.q.DeleteResources(ctx, w.pipelineID, want.disappears); err != nil {
		return nil, err
	}
	return refreshScopes(ctx, w.q, touched)
}

// refreshScopes computes how often scopes are checked, from their resources.
// The caller has locked them.
func refreshScopes(ctx context.Context, q *db.Queries, ids []string) ([]state.Key, error) {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	keys := make([]state.Key, len(ids))
	for i, id := range ids {
		keys[i] = state.ScopeKey(id)
	}
	return keys, q.RefreshScopes(ctx, ids)
}

func (w writer) wants(ctx context.Context) (wants, error) {
	want := wants{seen: map[string]bool{}, resources: db.PutResourcesParams{PipelineID: w.pipelineID}}
	team, err := w.q.PipelineTeam(ctx, w.pipelineID)
	if err != nil {
		return want, err
	}
	want.owner = ownerIn(w.graph, team)
	for _, n := range w.movers() {
		if err := want.add(n, n.Spec.(graph.Resource), w.graph); err != nil {
			return want, err
		}
	}
	for _, row := range w.changes.deleted {
		if graph.Kind(row.Kind) == graph.KindResource {
			want.disappears = append(want.disappears, row.Address)
		}
	}
	return want, nil
}

// movers are the resources that changed, and, where a source of secrets or a type
// did, all that name secrets: the names stand for something else now. Where a resource
// did that an image comes from, all of types with such images.
func (w writer) movers() []graph.Node {
	var out []graph.Node
	owner := ownerIn(w.graph, "any")
	beneath, images := false, map[graph.Address]bool{}
	for _, t := range owner.types {
		images[t.ImageResource] = true
	}
	for _, n := range w.changes.put {
		switch n.Spec.(type) {
		case graph.Resource:
			out = append(out, n)
			beneath = beneath || images[n.Address]
		case graph.SecretSource, graph.ResourceType:
			beneath = true
		}
	}
	if !beneath {
		return out
	}
	for _, n := range nodesOf(w.graph) {
		r, ok := n.Spec.(graph.Resource)
		seen := slices.ContainsFunc(out, func(o graph.Node) bool { return o.Address == n.Address })
		_, image := owner.imageOf(r)
		if ok && !seen && (image || owner.of(r).Team != "") {
			out = append(out, n)
		}
	}
	return out
}

// add is one resource. The exec digest is over its type and source, so equal
// ones share a scope.
func (w *wants) add(n graph.Node, r graph.Resource, g *graph.Graph) error {
	every, timeout := checkTimes(r)
	secrets := w.owner.of(r)
	key := w.owner.scopeKey(r, string(n.ExecDigest))
	w.changed = append(w.changed, string(n.Address))
	w.resources.Addresses = append(w.resources.Addresses, string(n.Address))
	w.resources.Keys = append(w.resources.Keys, key)
	w.resources.Everys = append(w.resources.Everys, every)
	w.resources.Timeouts = append(w.resources.Timeouts, timeout)
	if w.seen[key] {
		return nil
	}
	w.seen[key] = true
	var typeSpec []byte // NULL for a type that is built in
	if t, ok := g.Lookup(r.TypeRef); ok {
		typeSpec = graph.EncodeSpec(t.Spec)
	}
	w.image(r, g)
	w.keys = append(w.keys, key)
	w.specs = append(w.specs, graph.EncodeSpec(r))
	w.typeSpecs = append(w.typeSpecs, typeSpec)
	row, err := encodeSecrets(secrets)
	w.secrets = append(w.secrets, row)
	return err
}

// image notes which scope the image of the resource's type comes from.
func (w *wants) image(r graph.Resource, g *graph.Graph) {
	key, pin := "", ""
	if image, ok := w.owner.imageOf(r); ok {
		n, _ := g.Lookup(w.owner.types[r.TypeRef].ImageResource)
		key = w.owner.scopeKey(image, string(n.ExecDigest))
		if len(image.Pin) > 0 {
			pin = string(state.VersionJSON(image.Pin))
		}
	}
	w.imageKeys, w.imagePins = append(w.imageKeys, key), append(w.imagePins, pin)
}

// checkTimes are in ms; every is 0 for a resource that is checked on demand.
func checkTimes(r graph.Resource) (every, timeout int64) {
	every, timeout = r.CheckEvery, r.CheckTimeout
	if every == 0 {
		every = defaultCheckEvery
	}
	if r.CheckNever {
		every = 0
	}
	if timeout == 0 {
		timeout = defaultCheckTimeout
	}
	return every, timeout
}

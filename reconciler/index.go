package reconciler

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/singleflight"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// index is a pipeline at a revision, the ways round that deciders need. It never
// changes.
type index struct {
	byID      map[string]state.Object
	byAddress map[graph.Address]state.Object
	after     map[graph.Address][]string // jobs with an input that passed the job
	group     map[string][]string        // jobs of a serial group
	users     map[graph.Address][]string // jobs that take any version of the resource
	sources   map[string]graph.SecretSource
}

func newIndex(objects []state.Object) *index {
	ix := &index{byID: map[string]state.Object{}, byAddress: map[graph.Address]state.Object{}, after: map[graph.Address][]string{}, group: map[string][]string{}, users: map[graph.Address][]string{}, sources: map[string]graph.SecretSource{}}
	for _, o := range objects {
		ix.byID[o.ID], ix.byAddress[o.Address] = o, o
	}
	for _, o := range objects {
		switch s := o.Spec.(type) {
		case graph.Job:
			ix.job(o.ID, s)
		case graph.SecretSource:
			ix.sources[o.Address.Name()] = s
		}
	}
	return ix
}

func (ix *index) job(id string, job graph.Job) {
	for _, g := range job.SerialGroups {
		ix.group[g] = append(ix.group[g], id)
	}
	for _, get := range ix.gets(job) {
		if len(get.Passed) == 0 { // to the others a version means nothing before it has passed
			ix.users[get.Resource] = append(ix.users[get.Resource], id)
		}
		for _, up := range get.Passed {
			ix.after[up] = append(ix.after[up], id)
		}
	}
}

func (ix *index) resource(a graph.Address) (graph.Resource, bool) {
	r, ok := ix.byAddress[a].Spec.(graph.Resource)
	return r, ok
}

func (ix *index) jobSpec(id string) (graph.Job, bool) {
	j, ok := ix.byID[id].Spec.(graph.Job)
	return j, ok
}

// mates are the other jobs in a job's serial groups, by group.
func (ix *index) mates(id string, job graph.Job) map[string][]string {
	out := map[string][]string{}
	for _, g := range job.SerialGroups {
		out[g] = slices.DeleteFunc(slices.Clone(ix.group[g]), func(m string) bool { return m == id })
	}
	return out
}

// indexCache keeps indexes by pipeline and revision. It is a cache of what never
// changes: losing it costs a query.
type indexCache struct {
	mu     *sync.Mutex
	known  map[indexKey]*index
	flight *singleflight.Group // a large pipeline is loaded by one, however many want it
}

type indexKey struct {
	pipeline string
	revision int64
}

const mostIndexes = 256

func newIndexCache() indexCache {
	return indexCache{&sync.Mutex{}, map[indexKey]*index{}, &singleflight.Group{}}
}

func (c indexCache) get(k indexKey) *index {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known[k]
}

func (c indexCache) put(k indexKey, ix *index) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= mostIndexes {
		clear(c.known)
	}
	c.known[k] = ix
}

func (r *Reconciler) index(ctx context.Context, pipeline string, revision int64) (*index, error) {
	k := indexKey{pipeline, revision}
	if ix := r.indexes.get(k); ix != nil {
		return ix, nil
	}
	ix, err, _ := r.indexes.flight.Do(fmt.Sprintf("%s/%d", pipeline, revision), func() (any, error) {
		objects, err := r.store.ObjectsAt(context.WithoutCancel(ctx), pipeline, revision) // others wait for it, too
		if err != nil {
			return nil, err
		}
		ix := newIndex(objects)
		r.indexes.put(k, ix)
		return ix, nil
	})
	if err != nil {
		return nil, err
	}
	return ix.(*index), nil
}

// jobsOf are the keys of the jobs that take versions from resources.
func (r *Reconciler) jobsOf(ctx context.Context, users []state.ResourceUser) ([]state.Key, error) {
	var keys []state.Key
	for _, u := range users {
		ix, err := r.index(ctx, u.PipelineID, u.Revision)
		if err != nil {
			return nil, err
		}
		for _, job := range ix.users[u.Address] {
			keys = append(keys, state.JobKey(job))
		}
	}
	return keys, nil
}

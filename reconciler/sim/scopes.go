package sim

import (
	"context"
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

type scope struct {
	key, resource string
	address       graph.Address
	outside       []string // what a check finds
	versions      []version
	requested     bool
	run           *run
	failures      int
	lastError     string
	checked       bool
	looked        int64 // the step at which it was loaded last
}

type version struct {
	id, order int64
	version   map[string]string
	resource  string
}

func (db *DB) version(id int64) version {
	for _, s := range db.scopes {
		for _, v := range s.versions {
			if v.id == id {
				return v
			}
		}
	}
	return version{}
}

func (s *scope) most() int64 {
	most := int64(0)
	for _, v := range s.versions {
		most = max(most, v.order)
	}
	return most
}

// see notes a version that a get or put spoke of.
func (s *scope) see(db *DB, v map[string]string, output bool) version {
	order := int64(0)
	if output {
		order = s.most() + 1
	}
	return s.put(db, v, order, false)
}

func (s *scope) put(db *DB, v map[string]string, order int64, move bool) version {
	for i := range s.versions {
		if state.VersionDigest(s.versions[i].version) == state.VersionDigest(v) {
			if move || s.versions[i].order == 0 {
				s.versions[i].order = order
			}
			return s.versions[i]
		}
	}
	db.ids++
	s.versions = append(s.versions, version{db.ids, order, v, s.resource})
	return s.versions[len(s.versions)-1]
}

// LoadScope implements reconciler.Scopes.
func (db *DB) LoadScope(_ context.Context, id string) (state.ScopeSnapshot, error) {
	s := db.scopes[id]
	s.looked = db.step
	snap := state.ScopeSnapshot{Now: db.Now, ID: id, Resource: graph.Resource{Type: "mock"}, Requested: s.requested, Failures: s.failures, Wanted: true, Active: true, Archived: db.rules.archived}
	if s.run != nil {
		row := s.run.row
		snap.Run = &row
	}
	db.Between()
	return snap, nil
}

// KnownVersions implements reconciler.Scopes.
func (db *DB) KnownVersions(_ context.Context, id string, versions []map[string]string) (map[string]int64, int64, error) {
	orders := map[string]int64{}
	for _, v := range db.scopes[id].versions {
		orders[state.VersionDigest(v.version)] = v.order
	}
	db.Between()
	return orders, db.scopes[id].most(), nil
}

// ScopeUsers implements reconciler.Scopes. A scope has one resource here.
func (db *DB) ScopeUsers(_ context.Context, id string, keys ...string) ([]state.ResourceUser, error) {
	var out []state.ResourceUser
	for sid, s := range db.scopes {
		wanted := sid == id
		for _, k := range keys {
			wanted = wanted || s.key == k
		}
		if wanted {
			out = append(out, state.ResourceUser{PipelineID: pipeline, Revision: 1, ResourceID: s.resource, Address: s.address})
		}
	}
	return out, nil
}

// CommitScope implements reconciler.Scopes.
func (db *DB) CommitScope(_ context.Context, c state.Claim, ch state.ScopeChange) error {
	db.Between()
	if err := db.fence(c); err != nil {
		return err
	}
	s := db.scopes[ch.ID]
	switch {
	case ch.Start != nil:
		if at := db.rules.archivedAt; at > 0 && at < s.looked {
			db.Errors = append(db.Errors, fmt.Errorf("%s is checked, and its pipeline is archived", s.address))
		}
		s.requested = false
		s.run = &run{row: state.RunRow{ID: ch.Start.ID, Status: state.RunUnplaced, Created: db.Now}, scope: ch.ID, kind: "check", task: ch.Start.Task}
		db.runs = append(db.runs, s.run)
		db.enqueue(state.KeyPlace)
	case ch.Found != nil:
		most := s.most()
		for i, v := range ch.Found.Versions {
			s.put(db, v, most+int64(i)+1, true)
		}
		s.run, s.failures, s.lastError, s.checked = nil, 0, "", true
	case ch.Failed != nil:
		s.run, s.failures, s.lastError, s.checked = nil, ch.Failed.Failures, ch.Failed.Error, true
		s.requested = s.requested && !ch.Failed.NoRun
	}
	db.enqueue(ch.Enqueue...)
	return nil
}

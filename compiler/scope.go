package compiler

import (
	"maps"
	"strings"
	"sync"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// jobScopes are scopes of jobs that look the same from inside: in one module,
// with get steps of the same names, and nothing else of their own. Ten thousand
// jobs mostly need a handful, and then none is made for each.
type jobScopes struct {
	mutex sync.Mutex
	kept  map[scopeKey]config.Scope // read only, once they are here
}

type scopeKey struct {
	m    *module
	gets string
}

// keptScopes is how many scopes are kept: where every job is unlike all others
// keeping them would only cost memory.
const keptScopes = 256

func (s *jobScopes) find(k scopeKey) (config.Scope, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	scope, ok := s.kept[k]
	return scope, ok
}

func (s *jobScopes) keep(k scopeKey, scope config.Scope) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.kept == nil {
		s.kept = make(map[scopeKey]config.Scope)
	}
	if len(s.kept) < keptScopes {
		s.kept[k] = scope
	}
}

// jobScope is what expressions of a job may name: what its block may, and what
// a run of it will know. Nobody may write to it.
func (u *jobUnit) jobScope() config.Scope {
	if len(u.given)+len(u.run.params) > 0 {
		return u.withRun()
	}
	key := scopeKey{m: u.m, gets: strings.Join(u.run.gets.names(), "\x00")}
	scope, ok := u.c.scopes.find(key)
	if !ok {
		scope = u.withRun()
		u.c.scopes.keep(key, scope)
	}
	return scope
}

func (u *jobUnit) withRun() config.Scope {
	run := runScope(u.run)
	scope := make(config.Scope, len(u.scope)+len(run))
	maps.Copy(scope, u.scope)
	maps.Copy(scope, run)
	return scope
}

// gotten is where the get step of a name stands.
func (u *jobUnit) gotten(name string) diag.Range {
	n, _ := u.run.gets.find(name)
	return n.Range
}

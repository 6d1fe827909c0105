package server

import (
	"crypto/sha256"
	"net/http"
	"sync"

	"connectrpc.com/connect"
)

// scrape lets those see the metrics, which tell of all teams, who show a token of
// the team of the installation. Metrics are wanted most when the database is down:
// then the tokens count that were good before.
type scrape struct {
	guard *guard
	next  http.Handler

	mu   sync.Mutex
	good map[[sha256.Size]byte]bool // what was shown, hashed; a few
}

// mostScrapers bounds what is remembered of scrapers.
const mostScrapers = 64

func (s *scrape) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	shown := sha256.Sum256([]byte(r.Header.Get("Authorization")))
	id, err := s.guard.identify(r.Context(), r.Header)
	switch {
	case err == nil && id.Team == adminTeam:
		s.remember(shown)
		s.next.ServeHTTP(w, r)
	case err == nil:
		http.Error(w, "only team "+adminTeam+" may see this: use a token of that team", http.StatusForbidden)
	case connect.CodeOf(err) == connect.CodeUnauthenticated:
		s.forget(shown)
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, err.Error(), http.StatusUnauthorized)
	case s.wasGood(shown):
		s.next.ServeHTTP(w, r)
	default:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

func (s *scrape) remember(shown [sha256.Size]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.good == nil || len(s.good) >= mostScrapers {
		s.good = map[[sha256.Size]byte]bool{}
	}
	s.good[shown] = true
}

func (s *scrape) forget(shown [sha256.Size]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.good, shown)
}

func (s *scrape) wasGood(shown [sha256.Size]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.good[shown]
}

package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/pgtest"
)

func TestTokens(t *testing.T) {
	s := pgtest.New(t)
	id, err := s.EnsureTeam(t.Context(), "main")
	must(t, err)
	if again, err := s.EnsureTeam(t.Context(), "main"); err != nil || again != id {
		t.Errorf("team %s, then %s, %v", id, again, err)
	}
	plain, err := s.CreateToken(t.Context(), "main", "ci", state.RoleMember)
	must(t, err)
	if !strings.HasPrefix(plain, "weir_") || len(plain) < 40 {
		t.Errorf("token %q", plain)
	}
	who, err := s.Authenticate(t.Context(), plain)
	must(t, err)
	if want := (state.Identity{TeamID: id, Team: "main", Name: "ci", Role: state.RoleMember}); who != want {
		t.Errorf("it is %+v", who)
	}
	if _, err := s.Authenticate(t.Context(), plain+"x"); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("another token: %v", err)
	}
	must(t, s.RevokeToken(t.Context(), "main", "ci"))
	if _, err := s.Authenticate(t.Context(), plain); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("a revoked token: %v", err)
	}
}

// The database must not hold what would let its reader in.
func TestNoTokenIsStored(t *testing.T) {
	s := pgtest.New(t)
	_, err := s.EnsureTeam(t.Context(), "main")
	must(t, err)
	plain, err := s.CreateToken(t.Context(), "main", "ci", state.RoleOwner)
	must(t, err)
	var row string
	must(t, s.Pool().QueryRow(t.Context(), "SELECT tokens::text || encode(hash, 'escape') FROM tokens").Scan(&row))
	if strings.Contains(row, strings.TrimPrefix(plain, "weir_")) {
		t.Error("the token is in the database")
	}
}

func TestTokenRefused(t *testing.T) {
	s := pgtest.New(t)
	if _, err := s.CreateToken(t.Context(), "nobody", "x", state.RoleOwner); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("no team: %v", err)
	}
	_, err := s.EnsureTeam(t.Context(), "main")
	must(t, err)
	if _, err := s.CreateToken(t.Context(), "main", "x", "king"); err == nil {
		t.Error("made a token of a role that is not there")
	}
	if err := s.RevokeToken(t.Context(), "main", "none"); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("revoke: %v", err)
	}
}

func TestEnrolmentKeys(t *testing.T) {
	s := pgtest.New(t)
	plain, err := s.CreateEnrolmentKey(t.Context(), "rack 1")
	must(t, err)
	if name, err := s.CheckEnrolmentKey(t.Context(), plain); err != nil || name != "rack 1" {
		t.Errorf("key %q: %v", name, err)
	}
	must(t, s.RevokeEnrolmentKey(t.Context(), "rack 1"))
	if _, err := s.CheckEnrolmentKey(t.Context(), plain); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("revoked: %v", err)
	}
}

func TestAudit(t *testing.T) {
	s := pgtest.New(t)
	a, err := s.EnsureTeam(t.Context(), "a")
	must(t, err)
	b, err := s.EnsureTeam(t.Context(), "b")
	must(t, err)
	must(t, s.AppendEvent(t.Context(), a, state.Event{Actor: "eve", Action: "build.abort", Subject: "unit #3", Details: map[string]any{"why": "late"}}))
	events, err := s.AuditEvents(t.Context(), a, 10)
	must(t, err)
	if len(events) != 2 || events[0].Actor != "eve" || events[0].Details["why"] != "late" || events[0].At.IsZero() {
		t.Errorf("events %+v", events)
	}
	if events, err := s.AuditEvents(t.Context(), b, 10); err != nil || len(events) != 1 || events[0].Subject != "team/b" {
		t.Errorf("another team sees %v, %v", events, err)
	}
}

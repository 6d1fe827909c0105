package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// audited is a store with so many sealed events of a team, the oldest a day old.
func audited(t *testing.T, n int) (*postgres.Store, string) {
	t.Helper()
	s := pgtest.New(t)
	_, err := s.Pool().Exec(t.Context(), "INSERT INTO teams (id, name) VALUES (gen_random_uuid(), 'main')") // of which no event tells
	must(t, err)
	team, err := s.TeamID(t.Context(), "main")
	must(t, err)
	ctx := state.WithOrigin(t.Context(), state.Origin{Address: "192.0.2.7"})
	for i := range n {
		must(t, s.AppendEvent(ctx, team, state.Event{Actor: "ann", Action: "build.abort", Subject: fmt.Sprint("build/", i+1), Details: map[string]any{"why": "<late> & 1.50", "n": i}}))
	}
	sealAll(t, s)
	return s, team
}

func sealAll(t *testing.T, s *postgres.Store) {
	t.Helper()
	for more := true; more; {
		var err error
		more, err = s.SealAudit(t.Context())
		must(t, err)
	}
}

func verified(t *testing.T, s *postgres.Store) state.AuditChain {
	t.Helper()
	c, _, err := s.VerifyAudit(t.Context())
	must(t, err)
	return c
}

// tamper runs SQL as somebody who may do everything, and nothing hinders.
func tamper(t *testing.T, s *postgres.Store, sql string) {
	t.Helper()
	_, err := s.Pool().Exec(t.Context(), "ALTER TABLE audit_events DISABLE TRIGGER USER; "+sql+"; ALTER TABLE audit_events ENABLE TRIGGER USER")
	must(t, err)
}

// Whoever changes the audit past the triggers leaves a trace, which names the event;
// and the doctor sees it.
func TestTheChainTells(t *testing.T) {
	for name, c := range map[string]struct{ harm, says string }{
		"nothing":       {"SELECT 1", ""},
		"an actor":      {"UPDATE audit_events SET actor = 'eve' WHERE seq = 3", "event 3 (build.abort of build/3 by eve) is not as it was written"},
		"a detail":      {"UPDATE audit_events SET details = details || '{\"n\": 9}' WHERE seq = 4", "event 4 "},
		"an address":    {"UPDATE audit_events SET address = '' WHERE seq = 1", "event 1 "},
		"a time":        {"UPDATE audit_events SET at = at - interval '1s' WHERE seq = 2", "event 2 "},
		"a team":        {"UPDATE audit_events SET team_id = NULL WHERE seq = 2", "event 2 "},
		"one is gone":   {"DELETE FROM audit_events WHERE seq = 3", "after event 2 comes 4"},
		"first is gone": {"DELETE FROM audit_events WHERE seq = 1", "after event 0 comes 2"},
		"last is gone":  {"DELETE FROM audit_events WHERE seq = 5", "the chain ends with event 4, and ended with 5"},
		"a new hash":    {"UPDATE audit_events SET hash = 'x' WHERE seq = 3", "event 3 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := audited(t, 5)
			tamper(t, s, c.harm)
			got := strings.Join(verified(t, s).Broken, "; ")
			if !strings.Contains(got, c.says) || (got == "") != (c.says == "") {
				t.Errorf("says %q", got)
			}
			checkup, err := s.Checkup(t.Context())
			must(t, err)
			if found := slices.ContainsFunc(checkup.Findings, func(f state.Finding) bool { return f.Check == "audit_chain" }); found != (c.says != "") {
				t.Errorf("the doctor found %+v", checkup.Findings)
			}
		})
	}
}

// An event that is committed after later ones were sealed goes behind them; who seals
// does not wait for it, and it does not wait for who seals.
func TestALateEventIsSealed(t *testing.T) {
	s, team := audited(t, 1)
	tx, err := s.Pool().Begin(t.Context())
	must(t, err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = tx.Exec(t.Context(), "INSERT INTO audit_events (team_id, actor, action, subject) VALUES ($1, 'late', 'a', 's')", team)
	must(t, err)
	must(t, s.AppendEvent(t.Context(), team, state.Event{Actor: "bob", Action: "a", Subject: "s"}))
	sealAll(t, s)
	must(t, tx.Commit(t.Context()))
	sealAll(t, s)
	if got := text(t, s, "SELECT string_agg(actor, ' ' ORDER BY seq) FROM audit_events"); got != "ann bob late" {
		t.Errorf("chain %s", got)
	}
	if c := verified(t, s); len(c.Broken) > 0 || c.Seq != 3 {
		t.Errorf("%+v", c)
	}
}

// Any number of servers seal at once; every event has its place once.
func TestManySeal(t *testing.T) {
	s, team := audited(t, 0)
	errs := make(chan error)
	for range 4 {
		go func() {
			for i := range 20 {
				err := s.AppendEvent(t.Context(), team, state.Event{Actor: "ann", Action: "a", Subject: fmt.Sprint(i)})
				if err == nil {
					_, err = s.SealAudit(t.Context())
				}
				errs <- err
			}
		}()
	}
	for range 80 {
		must(t, <-errs)
	}
	sealAll(t, s)
	if c := verified(t, s); len(c.Broken) > 0 || c.Links != 80 || c.Seq != 80 {
		t.Errorf("%+v", c)
	}
}

// What is old goes from the beginning on, and the rest still follows from it; what
// has no place in the chain yet stays, however old.
func TestOldEventsGo(t *testing.T) {
	s, team := audited(t, 4)
	before := verified(t, s)
	tamper(t, s, "UPDATE audit_events SET at = now() - interval '9 days' WHERE seq < 3")
	if more, err := s.ForgetAudit(t.Context(), 24*time.Hour); more || err != nil {
		t.Error(more, err)
	}
	after := verified(t, s)
	if after.Links != 2 || after.Hash != before.Hash || len(after.Broken) > 0 {
		t.Errorf("%+v, was %+v", after, before)
	}
	must(t, s.AppendEvent(t.Context(), team, state.Event{Actor: "ann", Action: "a", Subject: "s"}))
	_, err := s.ForgetAudit(t.Context(), 0)
	must(t, err)
	if c, unsealed, err := s.VerifyAudit(t.Context()); err != nil || c.Links != 0 || c.Seq != 4 || unsealed != 1 || len(c.Broken) > 0 {
		t.Errorf("%+v, %d, %v", c, unsealed, err)
	}
	sealAll(t, s)
	if c := verified(t, s); c.Seq != 5 || c.Links != 1 || len(c.Broken) > 0 {
		t.Errorf("%+v", c)
	}
}

// An export goes on where another ended, and its links are those of the database.
func TestExport(t *testing.T) {
	s, _ := audited(t, 5)
	var whole, parts []string
	read := func(into *[]string, after int64) error {
		return s.ExportAudit(t.Context(), after, func(l state.AuditLink) error {
			if l.Address != "192.0.2.7" {
				t.Errorf("from %q", l.Address)
			}
			*into = append(*into, l.Prev+">"+l.Hash)
			return nil
		})
	}
	must(t, read(&whole, 0))
	must(t, read(&parts, 3))
	if len(whole) != 5 || !slices.Equal(parts, whole[3:]) {
		t.Errorf("%q, and from 3 on %q", whole, parts)
	}
	if err := read(&parts, 9); err == nil {
		t.Error("an event that is not there is no place to go on from")
	}
}

// What operators do on the database is audited too: who, from where, and what of.
func TestOperatorsAreAudited(t *testing.T) {
	s, team := audited(t, 0)
	ctx := state.WithOrigin(t.Context(), state.Origin{Actor: "root (database)", Address: "db1"})
	for want, do := range map[string]func() error{
		"token.create token/x":           func() error { _, err := s.CreateToken(ctx, "main", "x", state.RoleViewer); return err },
		"worker-key.create worker-key/k": func() error { _, err := s.CreateEnrolmentKey(ctx, "k"); return err },
		"retention.set team":             func() error { return s.SetTeamRetention(ctx, "main", nil) },
		"team.create team/second":        func() error { _, err := s.EnsureTeam(ctx, "second"); return err },
	} {
		must(t, do())
		of := team
		if strings.HasSuffix(want, "/second") {
			of, _ = s.TeamID(t.Context(), "second")
		}
		wantNewest(t, s, of, want)
	}
	must(t, s.RevokeToken(ctx, "main", "x"))
	wantNewest(t, s, team, "token.revoke token/x")
	must(t, s.RevokeEnrolmentKey(ctx, "k"))
	wantNewest(t, s, team, "worker-key.revoke worker-key/k")
	if err := s.RevokeToken(ctx, "main", "x"); err == nil {
		t.Error("there is nothing to revoke")
	}
	wantNewest(t, s, team, "worker-key.revoke worker-key/k")
}

func wantNewest(t *testing.T, s *postgres.Store, team, want string) {
	t.Helper()
	events, err := s.FindEvents(t.Context(), team, postgres.AuditFilter{Most: 1, Installation: true})
	must(t, err)
	e := events[0]
	if _, told := e.Details["before"]; !told || e.Action+" "+e.Subject != want || e.Actor != "root (database)" || e.Address != "db1" {
		t.Errorf("%+v, want %s", e, want)
	}
}

package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// Events are found by who, what about and when; nobody changes or deletes one, and
// they stay where their team goes.
func TestTheAuditIsFinal(t *testing.T) {
	s := pgtest.New(t)
	team, err := s.EnsureTeam(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []state.Event{{Actor: "ann", Action: "build.abort", Subject: "build/1"}, {Actor: "bob", Action: "job.pause", Subject: "job/1"}, {Actor: "ann", Action: "pipeline.apply", Subject: "shop"}} {
		if err := s.AppendEvent(t.Context(), team, e); err != nil {
			t.Fatal(err)
		}
	}
	for want, f := range map[string]postgres.AuditFilter{
		"shop job/1 build/1 team/main": {Most: 9},
		"shop job/1":                   {Most: 2},
		"shop build/1":                 {Most: 9, Actor: "ann"},
		"build/1":                      {Most: 9, Object: "build"},
		"job/1":                        {Most: 9, Object: "job/1", Since: time.Now().Add(-time.Hour)},
		"":                             {Most: 9, Since: time.Now().Add(time.Hour)},
	} {
		events, err := s.FindEvents(t.Context(), team, f)
		var got []string
		for _, e := range events {
			got = append(got, e.Subject)
		}
		if strings.Join(got, " ") != want || err != nil {
			t.Errorf("%+v: %q, %v", f, got, err)
		}
	}
	for _, sql := range []string{"UPDATE audit_events SET actor = 'eve'", "DELETE FROM audit_events", "UPDATE audit_events SET team_id = NULL", "UPDATE audit_events SET seq = 1, hash = 'x', actor = 'eve'", "TRUNCATE audit_events"} {
		if _, err := s.Pool().Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "the audit is final") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if _, err := s.Pool().Exec(t.Context(), "DELETE FROM teams"); err != nil {
		t.Error(err)
	}
	var n int
	if err := s.Pool().QueryRow(t.Context(), "SELECT count(*) FROM audit_events WHERE team_id = $1", team).Scan(&n); err != nil || n != 4 {
		t.Errorf("%d events are left, %v", n, err)
	}
}

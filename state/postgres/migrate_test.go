package postgres_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

func TestMigrate(t *testing.T) {
	s := pgtest.Open(t, pgtest.Empty(t))
	var schema *postgres.SchemaError
	if err := s.CheckSchema(t.Context()); !errors.As(err, &schema) || !strings.Contains(err.Error(), "run weir migrate") {
		t.Fatalf("an empty database: %v", err)
	}
	steps, err := s.Migrate(t.Context())
	if err != nil || len(steps) == 0 {
		t.Fatalf("steps %v, error %v", steps, err)
	}
	if err := s.CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}
	if again, err := s.Migrate(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("again: steps %v, error %v", again, err)
	}
	status, err := s.MigrationStatus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range status {
		if !m.Applied || m.AppliedAt.IsZero() {
			t.Errorf("%+v is not applied", m)
		}
	}
}

// Servers that start together all migrate: one works, the others wait.
func TestMigrateAtOnce(t *testing.T) {
	url := pgtest.Empty(t)
	var wg sync.WaitGroup
	for range 5 {
		s := pgtest.Open(t, url)
		wg.Go(func() {
			if _, err := s.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestANewerSchemaIsRefused(t *testing.T) {
	s := pgtest.New(t)
	if _, err := s.Pool().Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"); err != nil {
		t.Fatal(err)
	}
	var schema *postgres.SchemaError
	if err := s.CheckSchema(t.Context()); !errors.As(err, &schema) || schema.Have != 99999 {
		t.Errorf("CheckSchema: %v", err)
	}
	if _, err := s.Migrate(t.Context()); !errors.As(err, &schema) {
		t.Errorf("Migrate: %v", err)
	}
}

func TestOpenWithoutDatabase(t *testing.T) {
	_, err := postgres.Open(t.Context(), "postgres://weir@/weir?host=/nowhere")
	if err == nil || !strings.Contains(err.Error(), "open the database") {
		t.Errorf("error %v", err)
	}
}

package pgtest_test

import (
	"testing"

	"github.com/weirci/weir/state/postgres/pgtest"
)

// Each test has a database of its own: what one writes no other sees.
func TestNew(t *testing.T) {
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.New(t)
			if err := s.CheckSchema(t.Context()); err != nil {
				t.Fatal(err)
			}
			tag, err := s.Pool().Exec(t.Context(), "INSERT INTO teams (id, name) SELECT gen_random_uuid(), 'main'")
			if err != nil || tag.RowsAffected() != 1 {
				t.Fatalf("%v, %v", tag, err)
			}
		})
	}
}

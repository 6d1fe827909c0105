package postgres_test

import (
	"testing"

	"github.com/weirci/weir/state/postgres/pgtest"
	"github.com/weirci/weir/state/statetest"
)

func TestQueueSuite(t *testing.T) {
	statetest.RunQueue(t, func(t *testing.T) []statetest.Queue {
		url := pgtest.URL(t)
		return []statetest.Queue{pgtest.Open(t, url), pgtest.Open(t, url)}
	})
}

package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// next is the next payload.
func next(t *testing.T, payloads <-chan string) string {
	t.Helper()
	select {
	case p, ok := <-payloads:
		if !ok {
			t.Fatal("closed")
		}
		return p
	case <-time.After(10 * time.Second):
		t.Fatal("no notification")
	}
	return ""
}

func notify(t *testing.T, s *postgres.Store, channel, payload string) {
	t.Helper()
	_, err := s.Pool().Exec(t.Context(), "SELECT pg_notify($1, $2)", channel, payload)
	must(t, err)
}

func TestListen(t *testing.T) {
	s := pgtest.New(t)
	leaks := goleak.IgnoreCurrent()
	l, err := s.Listen(t.Context())
	must(t, err)
	defer func() { l.Close(); goleak.VerifyNone(t, leaks) }()
	builds, cancel := l.Subscribe(postgres.ChannelBuild)
	defer cancel()
	workers, cancelWorkers := l.Subscribe(postgres.ChannelWorker)
	if p := next(t, builds); p != postgres.Everything {
		t.Errorf("first %q", p)
	}
	next(t, workers)
	notify(t, s, postgres.ChannelBuild, "b1")
	notify(t, s, postgres.ChannelWorker, "w1")
	if p := next(t, builds); p != "b1" && p != postgres.Everything {
		t.Errorf("build %q", p)
	}
	cancelWorkers()
	for range workers { // ends: cancel closes it
	}
}

func TestEnqueueWakes(t *testing.T) {
	s := pgtest.New(t)
	l, err := s.Listen(t.Context())
	must(t, err)
	defer l.Close()
	queue, cancel := l.Subscribe(postgres.ChannelQueue)
	defer cancel()
	next(t, queue)
	must(t, s.Enqueue(t.Context(), "job/a"))
	next(t, queue)
}

// A subscriber that does not read holds nobody up, and hears of each thing once.
func TestASlowSubscriber(t *testing.T) {
	s := pgtest.New(t)
	l, err := s.Listen(t.Context())
	must(t, err)
	defer l.Close()
	slow, cancel := l.Subscribe(postgres.ChannelBuild)
	defer cancel()
	quick, cancelQuick := l.Subscribe(postgres.ChannelBuild)
	defer cancelQuick()
	for i := range 200 {
		notify(t, s, postgres.ChannelBuild, fmt.Sprint(i%10))
	}
	notify(t, s, postgres.ChannelBuild, "last")
	for next(t, quick) != "last" {
	}
	seen := 0
	for next(t, slow) != "last" {
		seen++
	}
	if seen > 30 {
		t.Errorf("%d payloads for 10 things", seen)
	}
}

// A connection that is cut is made again, and everybody is told to look.
func TestListenAgain(t *testing.T) {
	s := pgtest.New(t)
	l, err := s.Listen(t.Context())
	must(t, err)
	defer l.Close()
	builds, cancel := l.Subscribe(postgres.ChannelBuild)
	defer cancel()
	notify(t, s, postgres.ChannelBuild, "before")
	for next(t, builds) != "before" {
	}
	_, err = s.Pool().Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
	must(t, err)
	if p := next(t, builds); p != postgres.Everything {
		t.Errorf("heard %q", p)
	}
	notify(t, s, postgres.ChannelBuild, "after")
	for next(t, builds) != "after" {
	}
}

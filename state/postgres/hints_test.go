package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// Many commits notify a few times, not once each; and the last one is told.
func TestHintsGather(t *testing.T) {
	url := pgtest.URL(t)
	s := pgtest.Open(t, url)
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	_, err = conn.Exec(t.Context(), "LISTEN "+postgres.ChannelQueue)
	must(t, err)

	const commits = 500
	for range commits {
		must(t, s.Enqueue(t.Context(), "job/a"))
	}
	s.Close() // tells the rest
	told := 0
	for {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		_, err := conn.WaitForNotification(ctx)
		cancel()
		if err != nil {
			break
		}
		told++
	}
	if told == 0 || told > commits/2 {
		t.Errorf("%d commits notified %d times", commits, told)
	}
}

// A process that ends right after a change has told it.
func TestHintsAreSentAtTheEnd(t *testing.T) {
	url := pgtest.URL(t)
	l, err := pgtest.Open(t, url).Listen(t.Context())
	must(t, err)
	defer l.Close()
	heard, stop := l.Subscribe(postgres.ChannelQueue)
	defer stop()
	<-heard

	short, err := postgres.Open(t.Context(), url)
	must(t, err)
	must(t, short.Enqueue(t.Context(), "job/a"))
	short.Close()
	select {
	case <-heard:
	case <-time.After(10 * time.Second):
		t.Error("nobody heard of it")
	}
}

package intercept_test

import (
	"context"
	"io"
	"sync/atomic"
	"testing"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/server/intercept"
)

// stream is a worker's end that fails once it is freed.
type stream struct {
	freed chan struct{}
	sent  atomic.Int64
	stuck bool
}

func (s *stream) Send(*weirv1.AttachResponse) error {
	if s.stuck {
		<-s.freed
	}
	select {
	case <-s.freed:
		return io.ErrClosedPipe
	default:
		s.sent.Add(1)
		return nil
	}
}

func (s *stream) Receive() (*weirv1.AttachRequest, error) {
	<-s.freed
	return nil, io.EOF
}

func join(t *testing.T, all *intercept.Sessions, id, worker string, s *stream) <-chan bool {
	t.Helper()
	done := make(chan bool, 1)
	go func() { done <- all.Join(t.Context(), id, worker, s, func() { close(s.freed) }) }()
	return done
}

func TestTheWorkerThatWasCalledMayJoin(t *testing.T) {
	all := intercept.New()
	session := all.Open("s", "w1")
	if ok := <-join(t, all, "s", "w2", &stream{freed: make(chan struct{})}); ok {
		t.Error("another worker was let in")
	}
	if ok := <-join(t, all, "other", "w1", &stream{freed: make(chan struct{})}); ok {
		t.Error("it was let into a session that nobody waits in")
	}
	one := &stream{freed: make(chan struct{})}
	ended := join(t, all, "s", "w1", one)
	<-session.Joined()
	if ok := <-join(t, all, "s", "w1", &stream{freed: make(chan struct{})}); ok {
		t.Error("it was let in twice")
	}
	if !session.Send(&weirv1.AttachResponse{}) || one.sent.Load() != 1 {
		t.Error("the worker heard nothing")
	}
	all.Close("s")
	if !<-ended {
		t.Error("it was not let in")
	}
	<-session.Over()
	if session.Send(&weirv1.AttachResponse{}) {
		t.Error("something was sent after the end")
	}
	if _, ok := session.Receive(); ok {
		t.Error("something was heard after the end")
	}
}

// A worker that does not read holds up nobody but who sends.
func TestTheEndFreesWhoSends(t *testing.T) {
	all := intercept.New()
	session := all.Open("s", "w")
	ended := join(t, all, "s", "w", &stream{freed: make(chan struct{}), stuck: true})
	<-session.Joined()
	sent := make(chan bool)
	go func() { sent <- session.Send(&weirv1.AttachResponse{}) }()
	all.Close("s")
	if <-sent {
		t.Error("it was sent after the end")
	}
	<-ended
}

// The server's own end is one of all sessions.
func TestSessionsEndWithTheirServer(t *testing.T) {
	all := intercept.New()
	session := all.Open("s", "w")
	ctx, stop := context.WithCancel(t.Context())
	one := &stream{freed: make(chan struct{})}
	done := make(chan bool, 1)
	go func() { done <- all.Join(ctx, "s", "w", one, func() { close(one.freed) }) }()
	<-session.Joined()
	stop()
	if !<-done {
		t.Error("it was not let in")
	}
	<-session.Over()
}

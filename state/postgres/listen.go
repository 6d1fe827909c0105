package postgres

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// Everything is the payload that says: notifications may have been lost (the
// connection was), look at everything.
const Everything = ""

// maxBackoff bounds the wait between two attempts to connect again.
const maxBackoff = 5 * time.Second

// Listener hands notifications on from one connection of its own, which it
// makes again when it is lost. It tells every subscriber Everything each time
// it has connected, so what came before a subscription or during a gap is not
// missed.
type Listener struct {
	store     *Store
	cancel    context.CancelFunc
	done      chan struct{}
	connected atomic.Bool

	mu   sync.Mutex
	subs map[*subscription]struct{}
}

// Listen starts a listener. It returns when the first connection stands, so
// that what is committed after it is heard of. Close ends it.
func (s *Store) Listen(ctx context.Context) (*Listener, error) {
	conn, err := s.listenConn(ctx)
	if err != nil {
		return nil, fmt.Errorf("listen to the database: %w", err)
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l := &Listener{store: s, cancel: cancel, done: make(chan struct{}), subs: map[*subscription]struct{}{}}
	go l.run(run, conn)
	return l, nil
}

func (s *Store) listenConn(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, s.direct)
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec(ctx, "LISTEN "+ChannelQueue+"; LISTEN "+ChannelWorker+"; LISTEN "+ChannelBuild+"; LISTEN "+ChannelAttach)
	if err != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return conn, nil
}

// Subscribe hears the payloads of a channel, Everything first. It never holds
// the listener up: payloads that are not taken wait, each at most once. Cancel
// closes the Go channel, as Close does.
func (l *Listener) Subscribe(channel string) (payloads <-chan string, cancel func()) {
	s := newSubscription(channel)
	s.add(Everything)
	l.mu.Lock()
	l.subs[s] = struct{}{}
	l.mu.Unlock()
	return s.out, func() {
		l.mu.Lock()
		delete(l.subs, s)
		l.mu.Unlock()
		s.close()
	}
}

// Connected says whether notifications come in at the moment.
func (l *Listener) Connected() bool { return l.connected.Load() }

// Close ends the listener and every subscription, and waits for that.
func (l *Listener) Close() {
	l.cancel()
	<-l.done
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.subs {
		s.close()
	}
	clear(l.subs)
}

// run receives, and connects again where that fails, until ctx ends.
func (l *Listener) run(ctx context.Context, conn *pgx.Conn) {
	defer close(l.done)
	for backoff := 50 * time.Millisecond; ; {
		if conn != nil {
			backoff = 50 * time.Millisecond
			l.receive(ctx, conn)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(backoff):
		}
		var err error
		if conn, err = l.store.listenConn(ctx); err != nil {
			l.store.log.Warn("cannot listen to the database", "error", err, "again_in", backoff)
			backoff = min(2*backoff, maxBackoff)
		}
	}
}

// receive hands on what comes until the connection fails.
func (l *Listener) receive(ctx context.Context, conn *pgx.Conn) {
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	l.connected.Store(true)
	defer l.connected.Store(false)
	l.publish("", Everything)
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			if ctx.Err() == nil {
				l.store.log.Warn("the connection that listens is lost", "error", err)
			}
			return
		}
		l.publish(n.Channel, n.Payload)
	}
}

// publish gives a payload to a channel's subscribers; to all for channel "".
func (l *Listener) publish(channel, payload string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.subs {
		if channel == "" || s.channel == channel {
			s.add(payload)
		}
	}
}

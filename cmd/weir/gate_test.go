package main_test

import (
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// gate is a way through which connections go, and which can be cut (they break,
// and new ones are refused) or frozen (nothing arrives any more, as where a cable
// is pulled, and nobody is told).
type gate struct {
	t       *testing.T
	address string
	dial    func() (net.Conn, error)

	mu       sync.Mutex
	moved    *sync.Cond
	frozen   bool
	listener net.Listener // nil: cut
	conns    map[net.Conn]bool
}

// newGate opens one. Whoever made it cuts it in the end.
func newGate(t *testing.T, address string, dial func() (net.Conn, error)) *gate {
	t.Helper()
	g := &gate{t: t, address: address, dial: dial, conns: map[net.Conn]bool{}}
	g.moved = sync.NewCond(&g.mu)
	g.restore()
	return g
}

func (g *gate) restore() {
	g.t.Helper()
	l, err := net.Listen("tcp", g.address)
	if err != nil {
		g.t.Fatal(err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.listener, g.address = l, l.Addr().String()
	go g.accept(l)
}

func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.listener != nil {
		g.listener.Close()
	}
	g.listener, g.frozen = nil, false
	for c := range g.conns {
		c.Close()
	}
	g.moved.Broadcast()
}

func (g *gate) freeze(frozen bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.frozen = frozen
	g.moved.Broadcast()
}

func (g *gate) accept(l net.Listener) {
	for {
		in, err := l.Accept()
		if err != nil {
			return
		}
		go g.carry(in)
	}
}

func (g *gate) carry(in net.Conn) {
	defer in.Close()
	out, err := g.dial()
	if err != nil {
		return
	}
	g.mu.Lock()
	open := g.listener != nil
	g.conns[in], g.conns[out] = true, true
	g.mu.Unlock()
	if open {
		done := make(chan struct{})
		go func() { g.copy(out, in); close(done) }()
		g.copy(in, out)
		<-done
	}
	out.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, in)
	delete(g.conns, out)
}

func (g *gate) copy(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	for b := make([]byte, 32<<10); ; {
		n, err := from.Read(b)
		g.mu.Lock()
		for g.frozen {
			g.moved.Wait()
		}
		g.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// anyReady dials the first of some servers that says that it is ready, as a
// balancer does.
func anyReady(addresses ...string) func() (net.Conn, error) {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	return func() (conn net.Conn, err error) {
		for _, a := range addresses {
			var res *http.Response
			if res, err = client.Get("http://" + a + "/readyz"); err != nil {
				continue
			}
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return net.Dial("tcp", a)
			}
		}
		if err == nil {
			err = net.ErrClosed
		}
		return nil, err
	}
}

package server_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// proxy stands before a database and can be cut, as if PostgreSQL stopped.
type proxy struct {
	t               *testing.T
	address         string
	network, target string

	mu       sync.Mutex
	listener net.Listener // nil: cut
	conns    []net.Conn
	wg       sync.WaitGroup
}

// newProxy gives a connection string that leads through the proxy.
func newProxy(t *testing.T, url string) (*proxy, string) {
	t.Helper()
	config := must(pgx.ParseConfig(url))(t)
	p := &proxy{t: t, address: "127.0.0.1:0"}
	p.network, p.target = "tcp", fmt.Sprintf("%s:%d", config.Host, config.Port)
	if config.Host[0] == '/' {
		p.network, p.target = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", config.Host, config.Port)
	}
	p.restore()
	t.Cleanup(p.cut)
	return p, fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable", config.User, config.Password, p.address, config.Database)
}

func (p *proxy) restore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listener = listen(p.t, p.address)
	p.address = p.listener.Addr().String()
	p.wg.Add(1)
	go p.accept(p.listener)
}

// cut closes every connection and refuses new ones.
func (p *proxy) cut() {
	p.mu.Lock()
	if p.listener != nil {
		_ = p.listener.Close()
	}
	p.listener = nil
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *proxy) accept(l net.Listener) {
	defer p.wg.Done()
	for {
		in, err := l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial(p.network, p.target)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		if p.listener != l { // cut while this one was on its way
			p.mu.Unlock()
			_ = errors.Join(in.Close(), out.Close())
			continue
		}
		p.conns = append(p.conns, in, out)
		p.wg.Add(2)
		p.mu.Unlock()
		go p.copy(in, out)
		go p.copy(out, in)
	}
}

func (p *proxy) copy(to, from net.Conn) {
	defer p.wg.Done()
	_, _ = io.Copy(to, from)
	_ = to.Close()
	_ = from.Close()
}

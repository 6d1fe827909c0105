package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// Guard says where notifications may be sent. The zero Guard lets them go to all
// hosts whose addresses everybody reaches.
type Guard struct {
	Private bool           // to any address; for a server that only its own user reaches
	Nets    []netip.Prefix // to these besides
	Names   []string       // to these hosts, wherever they are; *.example.com are those below it
	Only    []string       // if there are any: to no host but these and Names
}

// ParseGuard reads what operators give: allow has networks, addresses and names of
// hosts, only has names.
func ParseGuard(allow, only []string) (Guard, error) {
	g := Guard{Only: only}
	for _, a := range allow {
		if p, err := netip.ParsePrefix(a); err == nil {
			g.Nets = append(g.Nets, p.Masked())
			continue
		}
		if ip, err := netip.ParseAddr(a); err == nil {
			g.Nets = append(g.Nets, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		if a == "" || strings.ContainsAny(a, "/: ") {
			return g, fmt.Errorf("%q is no network (10.0.0.0/8), address or name of a host", a)
		}
		g.Names = append(g.Names, a)
	}
	return g, nil
}

// errNotAllowed is not tried again: only the operator can change it.
type errNotAllowed struct{ text string }

func (e errNotAllowed) Error() string { return e.text }

// shared are the networks that are not for everybody besides those that netip knows.
// Read only.
var shared = func() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"} {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}()

// dial connects to a host that notifications may be sent to. The address is looked
// at when it is known, so a name that means something else a moment later helps
// nobody.
func (g Guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if !g.mayName(host) {
		return nil, errNotAllowed{fmt.Sprintf("this server sends no notifications to %s; its operator allows hosts with --notify-only", host)}
	}
	d := net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err == nil && !g.Private && !named(g.Names, host) && !g.mayReach(to.Addr()) {
			err = errNotAllowed{fmt.Sprintf("%s is at an address that is not for everybody, and this server sends no notifications there; its operator allows it with --notify-allow", host)}
		}
		return err
	}}
	return d.DialContext(ctx, network, address)
}

func (g Guard) mayName(host string) bool {
	return len(g.Only) == 0 || named(g.Only, host) || named(g.Names, host)
}

func named(names []string, host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, n := range names {
		n = strings.ToLower(n)
		if below, ok := strings.CutPrefix(n, "*"); ok && strings.HasSuffix(host, below) || n == host {
			return true
		}
	}
	return false
}

func (g Guard) mayReach(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	for _, p := range g.Nets {
		if p.Contains(ip) {
			return true
		}
	}
	for _, p := range shared {
		if p.Contains(ip) {
			return false
		}
	}
	return ip.IsGlobalUnicast() && !ip.IsPrivate()
}

// notAllowed finds out whether an error is the guard's.
func notAllowed(err error) (errNotAllowed, bool) {
	var e errNotAllowed
	return e, errors.As(err, &e)
}

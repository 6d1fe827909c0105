package wire

import (
	"crypto/sha256"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirci/weir/worker/network"
)

// subnets is how many workers with containers one machine can have: each has a
// /20 of the /16 that the default subnet is in.
const subnets = 16

// networkFor is the bridge and the subnet of a worker, by its directory: several
// workers of one machine do not share any. The choice is kept in the directory.
func networkFor(dir string) (network.Config, error) {
	c := network.Config{Bridge: BridgeName(dir)}
	path := filepath.Join(dir, "subnet")
	taken, err := takenPrefixes(c.Bridge)
	if err != nil {
		return c, err
	}
	if b, err := os.ReadFile(path); err == nil {
		kept, err := netip.ParsePrefix(strings.TrimSpace(string(b)))
		if err == nil && !slices.ContainsFunc(taken, kept.Overlaps) {
			c.Subnet = kept
			return c, nil
		}
	}
	if c.Subnet, err = freeSubnet(taken); err != nil {
		return c, err
	}
	return c, os.WriteFile(path, []byte(c.Subnet.String()+"\n"), 0o644)
}

// BridgeName is that of the worker in a directory. An interface's name has 15
// bytes at most.
func BridgeName(dir string) string {
	return fmt.Sprintf("weir-%x", sha256.Sum256([]byte(dir)))[:13]
}

// freeSubnet is the first that overlaps with nothing.
func freeSubnet(taken []netip.Prefix) (netip.Prefix, error) {
	first := network.DefaultSubnet()
	base := first.Addr().As4()
	for i := range subnets {
		base[2] = byte(i * 16)
		candidate := netip.PrefixFrom(netip.AddrFrom4(base), first.Bits())
		if !slices.ContainsFunc(taken, candidate.Overlaps) {
			return candidate, nil
		}
	}
	return netip.Prefix{}, fmt.Errorf("all %d networks for containers are taken on this machine (ip -brief address)", subnets)
}

// takenPrefixes are the networks of this machine, but for the worker's own bridge.
func takenPrefixes(own string) ([]netip.Prefix, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("listing the machine's networks: %w", err)
	}
	var out []netip.Prefix
	for _, i := range interfaces {
		if i.Name == own {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue // it has just gone
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				out = append(out, p.Masked())
			}
		}
	}
	return out, nil
}

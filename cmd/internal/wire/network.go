package wire

import (
	"crypto/sha256"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
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
	if b, err := os.ReadFile(path); err == nil {
		if c.Subnet, err = netip.ParsePrefix(strings.TrimSpace(string(b))); err == nil {
			return c, nil
		}
	}
	taken, err := takenPrefixes()
	if err != nil {
		return c, err
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
		free := true
		for _, t := range taken {
			free = free && !t.Overlaps(candidate)
		}
		if free {
			return candidate, nil
		}
	}
	return netip.Prefix{}, fmt.Errorf("all %d networks for containers are taken on this machine (ip -brief address)", subnets)
}

func takenPrefixes() ([]netip.Prefix, error) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("listing the machine's networks: %w", err)
	}
	var out []netip.Prefix
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p.Masked())
		}
	}
	return out, nil
}

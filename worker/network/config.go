package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
)

// Config says what the network looks like. Two workers on one machine need
// different bridges and subnets.
type Config struct {
	Dir    string // for the CNI configuration, its cache and its addresses
	RunDir string // for the namespaces: on a tmpfs, as what is in it does not outlive a boot
	Bridge string // at most 15 bytes; DefaultBridge
	Subnet netip.Prefix
	Deny   []netip.Prefix // that containers cannot reach; nil is DefaultDeny
	CNI    string         // where the plugins are; "" looks in the usual places
	Spare  int            // namespaces that are kept ready
	Log    *slog.Logger
}

// DefaultBridge is the name of the bridge.
const DefaultBridge = "weir0"

// DefaultSubnet is where containers have their addresses.
func DefaultSubnet() netip.Prefix { return netip.MustParsePrefix("10.203.0.0/20") }

// DefaultDeny has what no build should reach: where clouds hand out the machine's credentials.
func DefaultDeny() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("169.254.0.0/16")} }

func (c Config) withDefaults() (Config, error) {
	if c.Bridge == "" {
		c.Bridge = DefaultBridge
	}
	if len(c.Bridge) > 15 {
		return c, fmt.Errorf("bridge %q: an interface's name has at most 15 bytes", c.Bridge)
	}
	if !c.Subnet.IsValid() {
		c.Subnet = DefaultSubnet()
	}
	if !c.Subnet.Addr().Is4() || c.Subnet.Bits() > 28 {
		return c, fmt.Errorf("subnet %v: it must be IPv4 and have room for containers (/28 at least)", c.Subnet)
	}
	if c.Deny == nil {
		c.Deny = DefaultDeny()
	}
	return c, c.findTools()
}

// findTools fails at the start of a worker rather than at its first container.
func (c *Config) findTools() error {
	var missing []error
	if _, err := exec.LookPath("iptables"); err != nil {
		missing = append(missing, errors.New("iptables is not installed (Debian: apt-get install iptables)"))
	}
	for _, dir := range []string{c.CNI, "/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"} {
		if _, err := os.Stat(filepath.Join(dir, "bridge")); dir != "" && err == nil {
			c.CNI = dir
			return errors.Join(missing...)
		}
	}
	missing = append(missing, errors.New("the CNI plugins are not installed (Debian: apt-get install containernetworking-plugins)"))
	return errors.Join(missing...)
}

// cniConfig has no masquerading: the plugin would make a chain of rules for each
// container, where one rule does for all.
func (c Config) cniConfig() ([]byte, error) {
	return json.Marshal(map[string]any{
		"cniVersion": "1.0.0",
		"name":       "weir-" + c.Bridge,
		"plugins": []any{map[string]any{
			"type": "bridge", "bridge": c.Bridge, "isGateway": true,
			"ipam": map[string]any{
				"type": "host-local", "dataDir": filepath.Join(c.Dir, "addresses"),
				"ranges": [][]any{{map[string]any{"subnet": c.Subnet.Masked().String()}}},
				"routes": []any{map[string]any{"dst": "0.0.0.0/0"}},
			},
		}},
	})
}

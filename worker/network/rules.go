package network

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// rule is one line of a chain of ours, or the jump to it from a chain of the system.
type rule struct {
	table string
	chain string
	args  []string
}

// rules is the whole firewall: our chains with what is in them, and the jumps.
func (c Config) rules() (chains []rule, jumps []rule) {
	in, fwd, nat := c.chain("IN"), c.chain("FWD"), c.chain("NAT")
	// This machine may answer in connections that it began; it is not to be reached.
	chains = append(chains,
		rule{"filter", in, []string{"-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT"}},
		rule{"filter", in, []string{"-j", "DROP"}},
		rule{"filter", fwd, []string{"-i", c.Bridge, "-o", c.Bridge, "-j", "DROP"}},
		rule{"filter", fwd, []string{"-o", c.Bridge, "-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT"}},
		rule{"filter", fwd, []string{"-o", c.Bridge, "-j", "DROP"}},
	)
	for _, p := range c.Deny {
		chains = append(chains, rule{"filter", fwd, []string{"-i", c.Bridge, "-d", p.String(), "-j", "REJECT"}})
	}
	subnet := c.Subnet.Masked().String()
	chains = append(chains,
		rule{"filter", fwd, []string{"-i", c.Bridge, "-s", subnet, "-j", "ACCEPT"}},
		rule{"filter", fwd, []string{"-i", c.Bridge, "-j", "DROP"}},
		rule{"nat", nat, []string{"-s", subnet, "!", "-d", subnet, "-j", "MASQUERADE"}},
	)
	jumps = []rule{
		{"filter", "INPUT", []string{"-i", c.Bridge, "-j", in}},
		{"filter", "FORWARD", []string{"-i", c.Bridge, "-j", fwd}},
		{"filter", "FORWARD", []string{"-o", c.Bridge, "-j", fwd}},
		{"nat", "POSTROUTING", []string{"-s", subnet, "-j", nat}},
	}
	return chains, jumps
}

func (c Config) chain(kind string) string { return "WEIR-" + kind + "-" + c.Bridge }

// install puts the rules in place. Doing it again changes nothing; a rule set that
// differs is replaced.
func (c Config) install(ctx context.Context) error { return insist(ctx, c.installOnce) }

func (c Config) installOnce(ctx context.Context) error {
	chains, jumps := c.rules()
	fresh := map[string]bool{}
	for _, r := range chains {
		if !fresh[r.chain] {
			fresh[r.chain] = true
			_ = iptables(ctx, r.table, "-N", r.chain) // it may be there
			if err := iptables(ctx, r.table, "-F", r.chain); err != nil {
				return err
			}
		}
		if err := iptables(ctx, r.table, append([]string{"-A", r.chain}, r.args...)...); err != nil {
			return err
		}
	}
	for _, r := range jumps {
		if iptables(ctx, r.table, append([]string{"-C", r.chain}, r.args...)...) == nil {
			continue
		}
		// First, so that no rule of the system's accepts or drops before it.
		if err := iptables(ctx, r.table, append([]string{"-I", r.chain, "1"}, r.args...)...); err != nil {
			return err
		}
	}
	return nil
}

// uninstall takes away everything that install made, as far as it is there.
func (c Config) uninstall(ctx context.Context) error { return insist(ctx, c.uninstallOnce) }

func (c Config) uninstallOnce(ctx context.Context) error {
	chains, jumps := c.rules()
	for _, r := range jumps {
		for iptables(ctx, r.table, append([]string{"-D", r.chain}, r.args...)...) == nil {
			continue // there may be several
		}
	}
	var errs []error
	gone := map[string]bool{}
	for _, r := range chains {
		if gone[r.chain] || iptables(ctx, r.table, "-S", r.chain) != nil {
			continue
		}
		gone[r.chain] = true
		errs = append(errs, iptables(ctx, r.table, "-F", r.chain), iptables(ctx, r.table, "-X", r.chain))
	}
	return errors.Join(errs...)
}

// insist tries again what others may get in the way of: iptables on nf_tables
// refuses a change where somebody else's comes between its reading and writing,
// whatever it was told to wait.
func insist(ctx context.Context, do func(context.Context) error) error {
	var err error
	for wait := 20 * time.Millisecond; wait < time.Second; wait *= 2 {
		if err = do(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
	return err
}

func iptables(ctx context.Context, table string, args ...string) error {
	args = append([]string{"-w", "10", "-t", table}, args...)
	out, err := exec.CommandContext(ctx, "iptables", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("iptables %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

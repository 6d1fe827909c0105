package network_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/worker/network"
	"github.com/weirci/weir/worker/workertest"
)

func config(t *testing.T) network.Config {
	t.Helper()
	workertest.Need(t, os.Getuid() == 0, "root")
	_, err := exec.LookPath("iptables")
	workertest.Need(t, err == nil, "iptables")
	n := fmt.Sprint(os.Getpid() % 256)
	dir := t.TempDir()
	return network.Config{
		Dir: filepath.Join(dir, "net"), RunDir: filepath.Join(dir, "ns"), Bridge: "wn" + n,
		Subnet: netip.MustParsePrefix("10.205." + n + ".0/24"), Spare: 1, Log: slog.New(slog.DiscardHandler),
	}
}

func open(t *testing.T, c network.Config, inUse map[string]bool) *network.Pool {
	t.Helper()
	p, err := network.Open(t.Context(), c, inUse)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func get(t *testing.T, p *network.Pool) network.Namespace {
	t.Helper()
	ns, err := p.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ns
}

func rules(t *testing.T, c network.Config) string {
	t.Helper()
	var all string
	for _, table := range []string{"filter", "nat"} {
		out, err := exec.Command("iptables", "-w", "-t", table, "-S").Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, c.Bridge) {
				all += line
			}
		}
	}
	return all
}

// A namespace is the same one after a restart, whether it was in use or not; one
// that a privileged container had is not used again; nothing is left in the end.
func TestLife(t *testing.T) {
	c := config(t)
	p := open(t, c, nil)
	used, dirty := get(t, p), get(t, p)
	if used.ID == dirty.ID || used.Address == dirty.Address || used.Address == "" {
		t.Fatalf("%+v and %+v", used, dirty)
	}
	if err := p.MarkDirty(dirty); err != nil {
		t.Fatal(err)
	}
	before := rules(t, c)
	p.Release() // as when the worker is killed

	p = open(t, c, map[string]bool{used.ID: true})
	if after := rules(t, c); after != before {
		t.Errorf("opening again changed the rules:\n%s---\n%s", before, after)
	}
	if _, err := os.Stat(dirty.Path); !os.IsNotExist(err) {
		t.Errorf("the dirty one is still there: %v", err)
	}
	other := get(t, p)
	if other.ID == used.ID || other.ID == dirty.ID {
		t.Errorf("%s was given out, though %s is in use and %s is dirty", other.ID, used.ID, dirty.ID)
	}
	p.Put(t.Context(), used.ID, false)
	p.Put(t.Context(), used.ID, false) // twice is once
	seen := map[string]bool{}
	for range 4 {
		ns := get(t, p)
		if seen[ns.ID] {
			t.Errorf("%s was given out twice", ns.ID)
		}
		seen[ns.ID] = true
	}
	if !seen[used.ID] {
		t.Error("what was put back was not used again")
	}

	if err := p.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	if left := rules(t, c); left != "" {
		t.Errorf("rules left:\n%s", left)
	}
	for _, path := range []string{c.Dir, c.RunDir, "/sys/class/net/" + c.Bridge} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
}

func TestItIsFilledInAdvance(t *testing.T) {
	c := config(t)
	c.Spare = 3
	p := open(t, c, nil)
	defer func() {
		if err := p.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		made, _ := filepath.Glob(c.RunDir + "/*.json")
		if len(made) == 3 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("only %d are ready", len(made))
		}
	}
}

func TestWhatIsMissingIsSaidAtTheStart(t *testing.T) {
	t.Setenv("PATH", "/nowhere")
	for name, tt := range map[string]struct {
		c    network.Config
		want string
	}{
		"iptables":     {network.Config{}, "apt-get install iptables"},
		"a long name":  {network.Config{Bridge: "a-very-long-name"}, "at most 15 bytes"},
		"IPv6":         {network.Config{Subnet: netip.MustParsePrefix("fd00::/64")}, "must be IPv4"},
		"a small room": {network.Config{Subnet: netip.MustParsePrefix("10.0.0.0/30")}, "room"},
	} {
		if _, err := network.Open(t.Context(), tt.c, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

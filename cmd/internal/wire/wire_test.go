package wire

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChooseRuntime(t *testing.T) {
	all := func(string) error { return nil }
	none := func(string) error { return errors.New("no") }
	for _, c := range []struct {
		name, kind string
		euid       int
		look       func(string) error
		want, why  string
		err        string
	}{
		{"root with containerd", RuntimeAuto, 0, all, RuntimeContainerd, "", ""},
		{"root without", RuntimeAuto, 0, none, RuntimeProcess, "containerd is not installed", ""},
		{"no root", RuntimeAuto, 1000, all, RuntimeProcess, "this user is not root", ""},
		{"the weaker one on purpose", RuntimeProcess, 0, all, RuntimeProcess, "", ""},
		{"what cannot be", RuntimeContainerd, 1000, all, "", "", "this user is not root; --runtime process"},
		{"what does not exist", "docker", 0, all, "", "", `no runtime "docker"`},
	} {
		got, why, err := chooseRuntime(c.kind, c.euid, c.look)
		if got != c.want || !strings.HasPrefix(why, c.why) || (c.why == "") != (why == "") {
			t.Errorf("%s: %q, %q", c.name, got, why)
		}
		if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}

// Workers on one machine do not get each other's networks.
func TestFreeSubnet(t *testing.T) {
	var taken []netip.Prefix
	for range subnets {
		p, err := freeSubnet(taken)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range taken {
			if p.Overlaps(other) {
				t.Fatalf("%s overlaps with %s", p, other)
			}
		}
		taken = append(taken, p)
	}
	if p, err := freeSubnet(taken); err == nil {
		t.Errorf("one more is %s", p)
	}
	if p, err := freeSubnet([]netip.Prefix{netip.MustParsePrefix("10.203.0.0/18")}); err != nil || p.String() != "10.203.64.0/20" {
		t.Errorf("beside a larger one: %s, %v", p, err)
	}
}

func TestTheNetworkOfAWorkerStays(t *testing.T) {
	dir := t.TempDir()
	first, err := networkFor(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "subnet"), []byte("10.203.96.0/20\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	again, err := networkFor(dir)
	if err != nil || again.Bridge != first.Bridge || again.Subnet.String() != "10.203.96.0/20" {
		t.Errorf("%+v, %v", again, err)
	}
	if other := BridgeName(dir + "x"); other == first.Bridge || len(other) > 15 {
		t.Errorf("another worker's bridge is %s", other)
	}
}

// No password is ever in what people read about a database.
func TestPlaceHasNoSecrets(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://weir:secret@db.example:6432/ci":         "db.example:6432/ci",
		"host=db user=weir password=secret dbname=ci":       "db:5432/ci",
		"postgres://weir@/weir?host=%2Frun%2Fweir":          "/run/weir/weir",
		"postgres://weir:secret@db.example:not-a-port/ci":   "(an address that cannot be read)",
		"postgres://weir:secret@db/ci?sslmode=nonsense&x=y": "(an address that cannot be read)",
	} {
		if got := place(dsn); got != want || strings.Contains(got, "secret") {
			t.Errorf("place(%q) = %q, want %q", dsn, got, want)
		}
	}
}

func TestNewLog(t *testing.T) {
	var b strings.Builder
	log, err := NewLog(&b, "warn", false)
	if err != nil {
		t.Fatal(err)
	}
	log.Info("quiet")
	log.Warn("loud")
	if out := b.String(); strings.Contains(out, "quiet") || !strings.Contains(out, "msg=loud") {
		t.Errorf("%q", out)
	}
	if _, err := NewLog(&b, "shout", false); err == nil {
		t.Error("WEIR_LOG=shout is an error")
	}
}

package containerd_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/containerd"
	"github.com/weirci/weir/worker/image"
	"github.com/weirci/weir/worker/network"
	"github.com/weirci/weir/worker/workertest"
)

// The test binary is also the worker that a test kills: it is then called with
// directory, containerd's address, weir's binary and the number of its network.
func TestMain(m *testing.M) {
	if len(os.Args) == 6 && os.Args[1] == "help" {
		r, err := open(context.Background(), os.Args[2], os.Args[3], os.Args[4], os.Args[5])
		if err == nil {
			err = workertest.Help(r)
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func open(ctx context.Context, dir, address, binary, net string) (*containerd.Runtime, error) {
	level := slog.LevelWarn
	if os.Getenv("VERBOSE") != "" {
		level = slog.LevelDebug
	}
	return containerd.Open(ctx, containerd.Config{
		Dir: dir, Address: address, Binary: binary, Init: workertest.InitOf(binary), Now: time.Now,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})),
		Network: network.Config{
			Bridge: "wt" + net, Subnet: netip.MustParsePrefix("10.204." + net + ".0/24"), Spare: 2,
		},
	})
}

// netNumber makes networks of test processes that run at the same time differ.
func netNumber(i int) string { return fmt.Sprint((os.Getpid()*4 + i) % 256) }

func needContainers(t testing.TB) {
	_, ctrErr := exec.LookPath("containerd")
	_, runcErr := exec.LookPath("runc")
	workertest.Need(t, os.Getuid() == 0, "root")
	workertest.Need(t, ctrErr == nil && runcErr == nil, "containerd and runc")
}

// machine is what tests of this package share: a daemon, a binary, an image.
type machine struct {
	address, binary, layout string
}

func setUp(t testing.TB) machine {
	t.Helper()
	needContainers(t)
	d, err := containerd.StartDaemon(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	binary, err := workertest.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	layout := t.TempDir()
	if err := image.Busybox(layout); err != nil {
		t.Fatal(err)
	}
	return machine{d.Address, binary, layout}
}

func (m machine) open(t testing.TB, dir, net string) *containerd.Runtime {
	t.Helper()
	r, err := open(t.Context(), dir, m.address, m.binary, net)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return r
}

func fixture(t *testing.T) workertest.Fixture {
	m := setUp(t)
	r := m.open(t, t.TempDir(), netNumber(0))
	path := func(volume string) string {
		path, err := r.Path(volume)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	return workertest.Fixture{
		Runtime:  r,
		Image:    worker.Image{Ref: "oci:" + m.layout},
		Path:     path,
		Isolated: true,
		Network:  outside(t, netNumber(0)),
		NewImage: func(t *testing.T, volume string) {
			if err := image.Busybox(path(volume)); err != nil {
				t.Fatal(err)
			}
		},
		Second: func(t *testing.T) (*exec.Cmd, func(*testing.T) workertest.Runtime) {
			dir := t.TempDir()
			return exec.Command(os.Args[0], "help", dir, m.address, m.binary, netNumber(1)),
				func(t *testing.T) workertest.Runtime { return m.open(t, dir, netNumber(1)) }
		},
	}
}

func TestConformance(t *testing.T) { workertest.Run(t, fixture) }

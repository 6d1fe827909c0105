package containerd

import (
	"context"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/containerd/containerd/api/services/tasks/v1"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/image"
	"github.com/weirci/weir/worker/network"
	"github.com/weirci/weir/worker/seccomp"
	"github.com/weirci/weir/worker/workertest"
)

// The filter of a run whose init installs it is, bit for bit, the one that was
// learned, and the only one; and it decides as one does that runc makes for the
// run. (runc orders the instructions differently from time to time.)
func TestTheFilterIsRuncs(t *testing.T) {
	r := openForFilter(t)
	learned := r.filter
	if len(learned) == 0 {
		t.Fatal("the filter was not learned")
	}
	ours := r.filterOf(t, "by-our-init")
	r.filter = nil
	runcs := r.filterOf(t, "by-runc")
	if string(ours) != string(learned) {
		t.Errorf("learned %d bytes, installed %d, or they differ", len(learned), len(ours))
	}
	sameVerdicts(t, machineOf(t, ours), machineOf(t, runcs))
}

// The ABIs of a 64 bit x86 machine, as seccomp_data.arch has them, and the bit in
// the number of a system call that makes it one of x32.
const (
	archX86_64, archI386 = 0xc000003e, 0x40000003
	x32                  = 0x40000000
)

// sameVerdicts asks both about each system call there is, some that are yet to
// come, and with arguments that the default profile looks at (personality, clone).
func sameVerdicts(t *testing.T, a, b *bpf.VM) {
	t.Helper()
	for nr, allowed := range map[uint32]bool{unix.SYS_READ: true, unix.SYS_KEYCTL: false} {
		if got, err := a.Run(seccompData(nr, archX86_64, 0)); err != nil || (got == unix.SECCOMP_RET_ALLOW) != allowed {
			t.Errorf("system call %d: %#x, %v", nr, got, err)
		}
	}
	for nr := range uint32(1000) {
		for _, call := range []struct{ arch, nr uint32 }{{archX86_64, nr}, {archX86_64, nr | x32}, {archI386, nr}, {0xc00000b7, nr}} {
			for _, argument := range []uint64{0, 8, 1 << 17, 1 << 28, 0xffffffff, 1 << 40} {
				data := seccompData(call.nr, call.arch, argument)
				x, errX := a.Run(data)
				y, errY := b.Run(data)
				if x != y || errX != nil || errY != nil {
					t.Fatalf("call %#x of %#x with %#x: %#x or %#x (%v, %v)", call.nr, call.arch, argument, x, y, errX, errY)
				}
			}
		}
	}
}

// seccompData is struct seccomp_data with all words the other way around: the
// machine in package bpf is made for packets, and reads them as the network does.
func seccompData(nr, arch uint32, argument uint64) []byte {
	d := make([]byte, 16, 64)
	binary.BigEndian.PutUint32(d, nr)
	binary.BigEndian.PutUint32(d[4:], arch)
	for range 6 {
		d = binary.BigEndian.AppendUint32(d, uint32(argument))
		d = binary.BigEndian.AppendUint32(d, uint32(argument>>32))
	}
	return d
}

func machineOf(t *testing.T, f seccomp.Filter) *bpf.VM {
	t.Helper()
	raw := make([]bpf.RawInstruction, len(f)/8)
	for i := range raw {
		one := f[i*8:]
		raw[i] = bpf.RawInstruction{Op: binary.LittleEndian.Uint16(one), Jt: one[2], Jf: one[3], K: binary.LittleEndian.Uint32(one[4:])}
	}
	code, all := bpf.Disassemble(raw)
	if !all {
		t.Fatal("there are instructions that nobody knows")
	}
	vm, err := bpf.NewVM(code)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

// Privileged runs are under none.
func TestAPrivilegedRunHasNoFilter(t *testing.T) {
	init, err := initConfig(worker.Task{Privileged: true}, &rootImage{}, seccomp.Filter{1})
	if err != nil || init.Filter != nil {
		t.Errorf("%v, %v", init.Filter, err)
	}
}

func openForFilter(t *testing.T) *Runtime {
	t.Helper()
	workertest.Need(t, os.Getuid() == 0, "root")
	daemon, err := StartDaemon(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	t.Cleanup(func() { _ = daemon.Stop(ctx) })
	weir, err := workertest.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(ctx, Config{
		Dir: t.TempDir(), Address: daemon.Address, Binary: weir, Init: workertest.InitOf(weir),
		Now: time.Now, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Network: network.Config{Bridge: "wtfilter", Subnet: netip.MustParsePrefix("10.205.77.0/24")},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Shutdown(ctx) })
	return r
}

// filterOf starts a run that waits, and reads what its init is under.
func (r *Runtime) filterOf(t *testing.T, id string) seccomp.Filter {
	t.Helper()
	ctx, layout := r.in(t.Context()), t.TempDir()
	if err := image.Busybox(layout); err != nil {
		t.Fatal(err)
	}
	task := worker.Task{RunID: id, Hermetic: true, Image: worker.Image{Ref: "oci:" + layout}, Argv: []string{"/bin/sleep", "60"}}
	if _, err := r.Start(ctx, task); err != nil {
		t.Fatal(err)
	}
	got, err := r.client.TaskService().Get(ctx, &tasks.GetRequest{ContainerID: id})
	if err != nil {
		t.Fatal(err)
	}
	f, err := readWhenThere(ctx, int(got.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Remove(ctx, id); err != nil {
		t.Fatal(err)
	}
	return f
}

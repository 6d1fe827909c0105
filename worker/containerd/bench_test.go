package containerd_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/contrib/seccomp"
	"github.com/containerd/containerd/v2/core/containers"
	"github.com/containerd/containerd/v2/pkg/cio"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/workertest"
)

// The two benchmarks make the same container: busybox's true, the default seccomp
// profile and capabilities, a network namespace that is there already. The raw
// one is what a program gets that uses containerd's client as its documentation
// shows. Both give, besides the rate, the median of start → exit seen.

// BenchmarkRawCycle is: snapshot, container, task, start, wait, delete all.
func BenchmarkRawCycle(b *testing.B) {
	m := setUp(b)
	c, img, ctx := rawClient(b, m)
	spaces := rawNamespaces(b, 32)
	atEach(b, func(b *testing.B, n int) {
		ctx := namespaces.WithNamespace(ctx, "raw")
		cycles(b, n, func(worker int) (time.Duration, error) { return rawCycle(ctx, c, img, spaces[worker]) })
	})
}

// BenchmarkRuntimeCycle is: Start, Wait, Remove.
func BenchmarkRuntimeCycle(b *testing.B) {
	m := setUp(b)
	r := m.open(b, b.TempDir(), netNumber(2))
	task := worker.Task{Image: worker.Image{Ref: "oci:" + m.layout}, Argv: []string{"/bin/true"}}
	if _, err := runtimeCycle(b.Context(), r, task); err != nil { // unpacks the image
		b.Fatal(err)
	}
	atEach(b, func(b *testing.B, n int) {
		cycles(b, n, func(int) (time.Duration, error) { return runtimeCycle(b.Context(), r, task) })
	})
}

func runtimeCycle(ctx context.Context, r workertest.Runtime, task worker.Task) (time.Duration, error) {
	task.RunID = workertest.NewID()
	begin := time.Now()
	if _, err := r.Start(ctx, task); err != nil {
		return 0, err
	}
	e, err := r.Wait(ctx, task.RunID)
	took := time.Since(begin)
	if err == nil && (e.Code != 0 || e.Err != "") {
		err = fmt.Errorf("exit %+v", e)
	}
	if err != nil {
		return 0, err
	}
	return took, r.Remove(ctx, task.RunID)
}

func rawCycle(ctx context.Context, c *client.Client, img client.Image, netns string) (time.Duration, error) {
	id := workertest.NewID()
	begin := time.Now()
	con, err := c.NewContainer(ctx, id,
		client.WithSnapshotter("overlayfs"), client.WithNewSnapshot(id, img),
		client.WithNewSpec(oci.WithImageConfig(img), oci.WithProcessArgs("/bin/true"),
			oci.WithLinuxNamespace(specs.LinuxNamespace{Type: specs.NetworkNamespace, Path: netns}), seccomp.WithDefaultProfile(), version))
	if err != nil {
		return 0, err
	}
	task, err := con.NewTask(ctx, cio.NullIO)
	if err != nil {
		return 0, err
	}
	done, err := task.Wait(ctx)
	if err != nil {
		return 0, err
	}
	if err := task.Start(ctx); err != nil {
		return 0, err
	}
	s := <-done
	took := time.Since(begin)
	if code, _, err := s.Result(); err != nil || code != 0 {
		return 0, fmt.Errorf("exit %d, %w", code, err)
	}
	if _, err := task.Delete(ctx); err != nil {
		return 0, err
	}
	return took, con.Delete(ctx, client.WithSnapshotCleanup)
}

func version(_ context.Context, _ oci.Client, _ *containers.Container, s *specs.Spec) error {
	s.Version = "1.0.2"
	for i := range s.Process.Rlimits {
		s.Process.Rlimits[i].Soft, s.Process.Rlimits[i].Hard = 1024, 1024
	}
	return nil
}

func rawClient(b *testing.B, m machine) (*client.Client, client.Image, context.Context) {
	c, err := client.New(m.address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	ctx := namespaces.WithNamespace(b.Context(), "raw")
	layout, err := exec.Command("tar", "-C", m.layout, "-cf", "-", ".").Output()
	if err != nil {
		b.Fatal(err)
	}
	imgs, err := c.Import(ctx, bytes.NewReader(layout), client.WithIndexName("busybox"))
	if err != nil {
		b.Fatal(err)
	}
	img := client.NewImage(c, imgs[0])
	if err := img.Unpack(ctx, "overlayfs"); err != nil {
		b.Fatal(err)
	}
	return c, img, ctx
}

func rawNamespaces(b *testing.B, n int) []string {
	var paths []string
	for i := range n {
		name := fmt.Sprintf("weirraw%d-%d", os.Getpid(), i)
		if out, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
			b.Fatalf("ip netns add: %v: %s", err, out)
		}
		b.Cleanup(func() { _ = exec.Command("ip", "netns", "del", name).Run() })
		paths = append(paths, "/run/netns/"+name)
	}
	return paths
}

func atEach(b *testing.B, run func(b *testing.B, n int)) {
	for _, n := range []int{1, 4, 8, 16} {
		b.Run(fmt.Sprintf("inflight=%d", n), func(b *testing.B) { run(b, n) })
	}
}

// cycles runs b.N cycles, n at a time.
func cycles(b *testing.B, n int, cycle func(worker int) (time.Duration, error)) {
	var mu sync.Mutex
	var took []time.Duration
	var group sync.WaitGroup
	jobs := make(chan struct{})
	for i := range n {
		group.Go(func() {
			for range jobs {
				d, err := cycle(i)
				mu.Lock()
				if err != nil {
					b.Error(err)
				}
				took = append(took, d)
				mu.Unlock()
			}
		})
	}
	b.ResetTimer()
	for range b.N {
		jobs <- struct{}{}
	}
	close(jobs)
	group.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/median")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
}

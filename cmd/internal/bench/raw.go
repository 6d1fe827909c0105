package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/contrib/seccomp"
	"github.com/containerd/containerd/v2/pkg/cio"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/containerd/v2/pkg/oci"
)

// raw is the containerd client and nothing else.
type raw struct {
	client *client.Client
	image  client.Image
	n      atomic.Int64
}

func newRaw(ctx context.Context, address, layout string) (*raw, error) {
	c, err := client.New(address, client.WithDefaultNamespace("weir-bench"), client.WithTimeout(10*time.Second))
	if err != nil {
		return nil, fmt.Errorf("dialling containerd at %s: %w", address, err)
	}
	r := &raw{client: c}
	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(tarLayout(layout, pw)) }()
	images, err := c.Import(r.ctx(ctx), pr, client.WithAllPlatforms(true), client.WithIndexName("bench:latest"))
	if err != nil {
		return nil, fmt.Errorf("importing the image: %w", err)
	}
	if len(images) == 0 {
		return nil, errors.New("the layout holds no image")
	}
	r.image = client.NewImage(c, images[0])
	return r, r.image.Unpack(r.ctx(ctx), "overlayfs")
}

func (r *raw) ctx(ctx context.Context) context.Context {
	return namespaces.WithNamespace(ctx, "weir-bench")
}

func (r *raw) close() { _ = r.client.Close() }

// cycle makes one container, runs true in it and removes it.
func (r *raw) cycle(ctx context.Context) (time.Duration, error) {
	ctx = r.ctx(ctx)
	id := fmt.Sprintf("raw-%d", r.n.Add(1))
	start := time.Now()
	c, err := r.client.NewContainer(ctx, id,
		client.WithSnapshotter("overlayfs"),
		client.WithNewSnapshot(id, r.image),
		client.WithNewSpec(
			oci.WithImageConfig(r.image),
			oci.WithProcessArgs("/bin/true"),
			oci.WithDefaultUnixDevices,
			oci.WithNoNewPrivileges,
			seccomp.WithDefaultProfile(),
		))
	if err != nil {
		return 0, fmt.Errorf("raw container: %w", err)
	}
	task, err := c.NewTask(ctx, cio.NullIO)
	if err != nil {
		return 0, fmt.Errorf("raw task: %w", err)
	}
	exit, err := task.Wait(ctx)
	if err != nil {
		return 0, err
	}
	if err := task.Start(ctx); err != nil {
		return 0, err
	}
	status := <-exit
	if status.ExitCode() != 0 || status.Error() != nil {
		return 0, fmt.Errorf("raw task ended with %d: %w", status.ExitCode(), status.Error())
	}
	if _, err := task.Delete(ctx); err != nil {
		return 0, err
	}
	if err := c.Delete(ctx, client.WithSnapshotCleanup); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}

// rate runs total cycles, n at once, and gives cycles per second.
func (r *raw) rate(ctx context.Context, n, total int) (float64, error) {
	var left atomic.Int64
	left.Store(int64(total))
	errs := make([]error, n)
	start := time.Now()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for left.Add(-1) >= 0 && errs[i] == nil {
				_, errs[i] = r.cycle(ctx)
			}
		})
	}
	wg.Wait()
	return float64(total) / time.Since(start).Seconds(), errors.Join(errs...)
}

// tarLayout writes an OCI layout as the tar that Import reads.
func tarLayout(dir string, w io.Writer) error {
	tw := tar.NewWriter(w)
	if err := tw.AddFS(os.DirFS(dir).(fs.ReadDirFS)); err != nil {
		return fmt.Errorf("reading %s: %w", filepath.Base(dir), err)
	}
	return tw.Close()
}

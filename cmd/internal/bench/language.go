package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/langtest"
)

// used is what one process took: from the shell's view, and at most of memory.
type used struct {
	wall time.Duration
	mib  float64
}

// language times `weir validate` as whole processes on large pipelines, beside
// hcl's own parser, which this program is when it is called with parseFlag.
func language(ctx context.Context, s *system, _ *raw, t *table) error {
	flat, err := generated(s.dir, "flat", func(dir string) error {
		return langtest.Write(dir, langtest.Size{Jobs: 10_000, Steps: 5, Files: 100})
	})
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	parse, weir, err := s.byTurns(ctx, []string{self, parseFlag, flat}, []string{s.weir, "validate", flat})
	if err != nil {
		return err
	}
	t.row("hcl's parser, 10,000 jobs in 100 files", parse.String(), "", "")
	t.row("weir validate, the same", weir.String(), fmt.Sprintf("%s, %.2f × memory", ratio(weir.wall, parse.wall), weir.mib/parse.mib), "≤ 1.4 ×, 1.3 × memory")
	return structured(ctx, s, t)
}

// structured is as many jobs by one for_each, and by 200 modules; and ten jobs.
func structured(ctx context.Context, s *system, t *table) error {
	loop, err := generated(s.dir, "loop", func(dir string) error {
		return langtest.WriteStructured(dir, langtest.Structure{Jobs: 10_000, Steps: 5})
	})
	if err != nil {
		return err
	}
	modules, err := generated(s.dir, "modules", func(dir string) error {
		return langtest.WriteStructured(dir, langtest.Structure{Modules: 200, Jobs: 50, Steps: 5})
	})
	if err != nil {
		return err
	}
	ten, err := generated(s.dir, "ten", func(dir string) error { return langtest.Write(dir, langtest.Size{Jobs: 10, Steps: 5, Files: 1}) })
	if err != nil {
		return err
	}
	x, y, err := s.byTurns(ctx, []string{s.weir, "validate", loop}, []string{s.weir, "validate", modules})
	if err != nil {
		return err
	}
	z, _, err := s.byTurns(ctx, []string{s.weir, "validate", ten}, []string{s.weir, "version"})
	if err != nil {
		return err
	}
	t.row("weir validate, 10,000 jobs by for_each", x.String(), "", "< 1 s, 512 MiB")
	t.row("weir validate, 200 modules of 50 jobs", y.String(), ratio(y.wall, x.wall), "≤ 1.5 × without modules")
	t.row("weir validate, ten jobs", z.String(), "", "< 50 ms")
	return cueTwins(ctx, s, t)
}

func generated(in, name string, write func(dir string) error) (string, error) {
	dir := filepath.Join(in, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return dir, write(dir)
}

// byTurns runs two commands by turns and gives the medians of both.
func (s *system) byTurns(ctx context.Context, first, second []string) (x, y used, err error) {
	var all [2][]time.Duration
	out := [2]used{}
	for range 7 {
		for i, command := range [][]string{first, second} {
			u, err := s.measured(ctx, command)
			if err != nil {
				return x, y, err
			}
			all[i], out[i].mib = append(all[i], u.wall), max(out[i].mib, u.mib)
		}
	}
	out[0].wall, out[1].wall = median(all[0]), median(all[1])
	return out[0], out[1], nil
}

func (s *system) measured(ctx context.Context, command []string) (used, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Env = s.dir, s.env()
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return used{}, fmt.Errorf("%v: %w\n%s", command, err, out)
	}
	return used{time.Since(start), float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024}, nil
}

func (u used) String() string { return fmt.Sprintf("%v, %.0f MiB", u.wall, u.mib) }

// parseFlag makes this program hcl's own parser and nothing else.
const parseFlag = "parse-only"

// parseOnly reads a directory's files, as many at once as there are processors,
// and keeps what it made to the end.
func parseOnly(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.weir.hcl"))
	if err != nil {
		return err
	}
	next, kept := make(chan int, len(files)), make([]*hcl.File, len(files))
	for i := range files {
		next <- i
	}
	close(next)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				text, _ := os.ReadFile(files[i])
				kept[i], _ = hclsyntax.ParseConfig(text, files[i], hcl.InitialPos)
			}
		})
	}
	group.Wait()
	runtime.KeepAlive(kept)
	return nil
}

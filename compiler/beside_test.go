package compiler_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/langtest"
)

// Work is measured in a process of its own: what it costs in time on the
// processors, on whatever machine, and how much memory it needs at most.
const childWork, childDir = "WEIR_TEST_WORK", "WEIR_TEST_DIR"

// TestMain does the work of a child where the environment says so.
func TestMain(m *testing.M) {
	if work := os.Getenv(childWork); work != "" {
		if err := works[work](os.Getenv(childDir)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

var works = map[string]func(dir string) error{"nothing": func(string) error { return nil }, "parse": parseOnly, "compile": compileWhole}

func compileWhole(dir string) error {
	cfg, _, list := lang.Load(dir, config.Inputs{})
	g, more := compiler.Compile(cfg)
	if g == nil {
		return fmt.Errorf("%v %v", list, more)
	}
	return nil
}

// parseOnly reads the files with hcl's own parser alone, as many at once as
// there are processors, and keeps what it made.
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
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				text, _ := os.ReadFile(files[i])
				kept[i], _ = hclsyntax.ParseConfig(text, files[i], hcl.InitialPos)
			}
		})
	}
	wg.Wait()
	runtime.KeepAlive(kept)
	return nil
}

// cost is what one piece of work needs.
type cost struct {
	cpu float64 // milliseconds
	rss float64 // MiB, at most
}

func costOf(b testing.TB, work, dir string) cost {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childWork+"="+work, childDir+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", work, err, out)
	}
	u := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{cpu: float64(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()) / 1e6, rss: float64(u.Maxrss) / 1024}
}

// BenchmarkBesideParser compiles 10,000 jobs written flat in 100 files, beside
// hcl's own parser reading the same files. Aim: at most 1.4 times its time and
// 1.3 times its memory.
func BenchmarkBesideParser(b *testing.B) {
	dir := b.TempDir()
	if err := langtest.Write(dir, langtest.Size{Jobs: 10_000, Steps: 5, Files: 100}); err != nil {
		b.Fatal(err)
	}
	beside(b, [2]string{"parse", dir}, [2]string{"compile", dir})
}

// BenchmarkModules compiles 10,000 jobs made by one for_each, and by 200
// instances of a module. Aims: under 1,000 ms on two processors, 512 MiB; and
// at most 1.5 times the time of the same without modules.
func BenchmarkModules(b *testing.B) {
	flat, modules := b.TempDir(), b.TempDir()
	for dir, s := range map[string]langtest.Structure{flat: {Jobs: 10_000, Steps: 5}, modules: {Modules: 200, Jobs: 50, Steps: 5}} {
		if err := langtest.WriteStructured(dir, s); err != nil {
			b.Fatal(err)
		}
	}
	beside(b, [2]string{"compile", flat}, [2]string{"compile", modules})
}

// beside does two pieces of work by turns and reports what both cost, and how
// many times the first the second is.
func beside(b *testing.B, first, second [2]string) {
	nothing := costOf(b, "nothing", "")
	var x, y cost
	n := 0.0
	for b.Loop() {
		fst, snd := costOf(b, first[0], first[1]), costOf(b, second[0], second[1])
		x, y, n = cost{x.cpu + fst.cpu, max(x.rss, fst.rss)}, cost{y.cpu + snd.cpu, max(y.rss, snd.rss)}, n+1
	}
	xms, yms := x.cpu/n-nothing.cpu, y.cpu/n-nothing.cpu
	b.ReportMetric(xms, "first-cpu-ms")
	b.ReportMetric(yms, "second-cpu-ms")
	b.ReportMetric(x.rss, "first-MiB")
	b.ReportMetric(y.rss, "second-MiB")
	b.ReportMetric(yms/xms, "times-cpu")
	b.ReportMetric(y.rss/x.rss, "times-MiB")
	b.ReportMetric(0, "ns/op")
}

// What is made of few lines must be what it says: any number of jobs.
func TestStructuredIsLarge(t *testing.T) {
	for _, s := range []langtest.Structure{{Jobs: 300, Steps: 5}, {Modules: 20, Jobs: 15, Steps: 5}} {
		dir := t.TempDir()
		if err := langtest.WriteStructured(dir, s); err != nil {
			t.Fatal(err)
		}
		g := load(t, dir, config.Inputs{})
		jobs, steps := 0, strings.Count(g.Text(), "\n    -\n")
		for _, n := range g.Nodes() {
			if n.Address.Kind() == "job" {
				jobs++
			}
		}
		if jobs != 300 || steps != 1500 {
			t.Errorf("%+v: %d jobs, %d steps", s, jobs, steps)
		}
	}
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) == 3 {
		if alone, ok := map[string]func(string) error{parseFlag: parseOnly, vetFlag: vetOnly}[os.Args[1]]; ok {
			if err := alone(os.Args[2]); err != nil {
				fmt.Fprintln(os.Stderr, "bench:", err)
				os.Exit(2)
			}
			return
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

// rounds is how often each single figure is taken; its median is printed.
const (
	rounds = 15
	flood  = 300
)

// pause is between single measurements: what one leaves behind is torn down then,
// and slows nothing that is measured.
const pause = 200 * time.Millisecond

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "weir-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sys, err := startSystem(ctx, dir)
	if err != nil {
		return err
	}
	defer sys.stop()
	raw, err := newRaw(ctx, sys.daemon.Address, filepath.Join(dir, "image"))
	if err != nil {
		return err
	}
	defer raw.close()
	return measure(ctx, sys, raw, os.Args[1:])
}

// sections are the parts of the table, in its order.
var sections = []struct {
	name    string
	measure func(context.Context, *system, *raw, *table) error
}{
	{"single", sideBySide},
	{"chain", chain},
	{"flood", atOnce},
	{"plan", compilePlan},
	{"language", language},
}

// measure takes the sections that are asked for; without any, all.
func measure(ctx context.Context, sys *system, raw *raw, wanted []string) error {
	t := newTable(os.Stdout)
	for _, s := range sections {
		if len(wanted) > 0 && !slices.Contains(wanted, s.name) {
			continue
		}
		if err := s.measure(ctx, sys, raw, t); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// sideBySide takes turns: one raw cycle, one build, each after a pause.
func sideBySide(ctx context.Context, sys *system, raw *raw, t *table) error {
	var cycles, builds []time.Duration
	for i := range rounds + 2 {
		time.Sleep(pause)
		c, err := raw.cycle(ctx)
		if err != nil {
			return err
		}
		time.Sleep(pause)
		b, err := sys.build(ctx, "one")
		if err != nil {
			return err
		}
		if i >= 2 { // the first two warm caches
			cycles, builds = append(cycles, c), append(builds, b)
		}
	}
	single := median(builds)
	t.row("raw cycle, one container", median(cycles).String(), "", "")
	t.row("one-task build, trigger to finished", single.String(), ratio(single, median(cycles)), "≤ 1.5 × raw")
	return nil
}

// chain takes turns as well: one build, one chain of three.
func chain(ctx context.Context, sys *system, _ *raw, t *table) error {
	var builds, chains []time.Duration
	for i := range rounds + 1 {
		time.Sleep(pause)
		b, err := sys.build(ctx, "one")
		if err != nil {
			return err
		}
		time.Sleep(pause)
		c, err := sys.chain(ctx, i)
		if err != nil {
			return err
		}
		if i > 0 {
			builds, chains = append(builds, b), append(chains, c)
		}
	}
	single, all := median(builds), median(chains)
	t.row("one-task build, beside the chain", single.String(), "", "")
	t.row("version found, three jobs by passed", all.String(), ratio(all, single), "≤ 4 × a build")
	return nil
}

func atOnce(ctx context.Context, sys *system, raw *raw, t *table) error {
	best, at := 0.0, 0
	for _, n := range []int{2, 4, 8, 16} {
		r, err := raw.rate(ctx, n, 60)
		if err != nil {
			return err
		}
		if r > best {
			best, at = r, n
		}
	}
	t.row(fmt.Sprintf("raw rate, best (%d at once)", at), perSecond(best), "", "")
	rate, err := sys.flood(ctx, flood)
	if err != nil {
		return err
	}
	t.row(fmt.Sprintf("%d builds queued at once", flood), perSecond(rate), fmt.Sprintf("%.2f ×", rate/best), "≥ 0.7 × raw")
	return nil
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchload:", err)
		os.Exit(2)
	}
}

// sections are the parts of the table, in its order.
var sections = []struct {
	name    string
	measure func(context.Context, string, *table) error
}{
	{"steps", steps},
	{"idle", idle},
}

// run takes the sections that are asked for; without any, all.
func run(ctx context.Context, wanted []string) error {
	t := newTable(os.Stdout)
	for _, s := range sections {
		if len(wanted) > 0 && !slices.Contains(wanted, s.name) {
			continue
		}
		dir, err := os.MkdirTemp("", "weir-benchload-")
		if err != nil {
			return err
		}
		err = s.measure(ctx, dir, t)
		_ = os.RemoveAll(dir)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

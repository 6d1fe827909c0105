package cli

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/weirci/weir/cmd/internal/view"
)

// listFlags are those of every listing.
type listFlags struct {
	watch bool
	every time.Duration
}

func (f *listFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.watch, "watch", "w", false, "go on showing what changes, until ^C")
	cmd.Flags().DurationVar(&f.every, "every", time.Second, "how often to look, with --watch")
}

// listing is one kind of thing that can be listed.
type listing[M proto.Message] struct {
	fetch func(ctx context.Context) ([]M, error)
	table func(now time.Time, all []M) view.Table
}

// run prints the listing once, or again and again.
func (l listing[M]) run(ctx context.Context, a *App, f listFlags) error {
	all, err := l.fetch(ctx)
	if err != nil {
		return err
	}
	if !f.watch {
		return l.print(a, all)
	}
	return l.follow(ctx, a, max(f.every, 100*time.Millisecond), all)
}

func (l listing[M]) print(a *App, all []M) error {
	b, err := l.render(a, all)
	if err == nil {
		_, err = a.Out.Write(b)
	}
	return err
}

func (l listing[M]) render(a *App, all []M) ([]byte, error) {
	var b bytes.Buffer
	if a.global.json {
		err := view.WriteJSON(&b, all)
		return b.Bytes(), err
	}
	err := l.table(a.Now(), all).Write(&b, a.terminal())
	return b.Bytes(), err
}

// follow redraws a terminal; elsewhere it prints what is new, after an empty
// line. A server that does not answer is waited for.
func (l listing[M]) follow(ctx context.Context, a *App, every time.Duration, all []M) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	screen := a.terminal().Interactive && !a.global.json
	var last []byte
	for {
		b, err := l.render(a, all)
		if err != nil {
			return err
		}
		if screen {
			fmt.Fprintf(a.Out, "\x1b[H\x1b[2J%s", b)
		} else if state, err := l.state(all); err == nil && !bytes.Equal(state, last) {
			fmt.Fprintf(a.Out, "%s%s", separator(last), b)
			last = state
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		next, err := l.fetch(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			fmt.Fprintf(a.Err, "%s; trying again\n", explain(err).What)
		default:
			all = next
		}
	}
}

// state is what has to differ for a listing to be news: ages do not count.
func (l listing[M]) state(all []M) ([]byte, error) {
	var b bytes.Buffer
	err := view.WriteJSON(&b, all)
	return b.Bytes(), err
}

func separator(last []byte) string {
	if last == nil {
		return ""
	}
	return "\n"
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/cmd/internal/wire"
	"github.com/weirci/weir/state"
)

// App is one call of the program: its streams, its surroundings, and the flags
// that all commands have.
type App struct {
	In     io.Reader
	Out    io.Writer
	Err    io.Writer
	Getenv func(string) string
	Now    func() time.Time

	global globals
	format string // of problems, where a command has --format
}

// globals are the flags of every command.
type globals struct {
	server, token, team, target, pipeline string
	json, noColor                         bool
}

// System is the App of this process.
func System(now func() time.Time) *App {
	return &App{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Now: now}
}

// Main runs one command and gives the exit code of the process.
func Main(a *App, args []string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			code = a.bug(r)
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() { // a second ^C ends the process whatever it does
		<-ctx.Done()
		stop()
	}()
	root := newRoot(a)
	root.SetArgs(args)
	return a.finish(ctx, root.ExecuteContext(state.WithOrigin(ctx, wire.OperatorOrigin())))
}

// finish renders what a command came back with.
func (a *App) finish(ctx context.Context, err error) int {
	var quiet exitCode
	var detail *detailedError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errChanges):
		return 2
	case errors.As(err, &detail):
		if !errors.As(err, &quiet) {
			a.printError(detail.err)
		}
		return 1
	case errors.As(err, &quiet):
		return int(quiet)
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return 130
	}
	a.printError(err)
	return 2
}

// bug reports a panic: what it was, and where to send it; the stack goes into a
// file, not onto the screen.
func (a *App) bug(cause any) int {
	fmt.Fprintf(a.Err, "Error: this is a bug in weir: %v\n", cause)
	f, err := os.CreateTemp("", "weir-bug-*.txt")
	if err == nil {
		fmt.Fprintf(f, "weir %s\n%v\n\n%s", version, cause, debug.Stack())
		f.Close()
		fmt.Fprintf(a.Err, "  Please report it with the file %s\n", f.Name())
	}
	return 2
}

func (a *App) printError(err error) {
	term := a.errTerminal()
	p := explain(err)
	fmt.Fprintf(a.Err, "%s %s\n", term.Paint(view.Red, "Error:"), p.What)
	for _, hint := range p.Hints {
		fmt.Fprintf(a.Err, "  %s\n", hint)
	}
}

func (a *App) terminal() view.Terminal    { return view.Detect(a.Out, a.Getenv, a.global.noColor) }
func (a *App) errTerminal() view.Terminal { return view.Detect(a.Err, a.Getenv, a.global.noColor) }

// stdinIsTerminal says whether somebody can be asked.
func (a *App) stdinIsTerminal() bool {
	f, ok := a.In.(*os.File)
	return ok && isTerminal(f)
}

package worker

import (
	"context"
	"io"
)

// Session is a program that a person runs where a run's program runs, or ran.
type Session struct {
	Argv     []string // none: a shell
	Terminal bool     // it has one, and no stderr of its own
	Term     string   // the terminal's kind; "": not known
	Size     Size     // of the terminal
	Sizes    <-chan Size
	Stdin    io.Reader
	Stdout   io.Writer
	Stderr   io.Writer
}

// Size is of a terminal, in characters.
type Size struct{ Columns, Rows uint16 }

// Interceptor lets people into runs. Every runtime is one.
type Interceptor interface {
	// Intercept runs a program as the run's own was: with its files, environment and
	// user. Beside a program that runs it runs in the same container; otherwise in
	// what is left of it. It returns how the program ended, of which ctx's end is the
	// hard way. ErrUnknownRun: nothing is left of the run.
	Intercept(ctx context.Context, t Task, s Session) (code int, err error)
}

// NotRun is the exit code where the program of a session is not there, as shells have it.
const NotRun = 127

// Program is what a session runs: the best shell there is, if nobody says.
func (s Session) Program() []string {
	if len(s.Argv) > 0 {
		return s.Argv
	}
	return []string{"sh", "-c", `command -v bash >/dev/null 2>&1 && exec bash; exec sh`}
}

// Environ is a session's own part of the environment.
func (s Session) Environ() []string {
	if s.Term == "" {
		return nil
	}
	return []string{"TERM=" + s.Term}
}

package cli

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"

	"connectrpc.com/connect"
	"golang.org/x/term"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/cmd/internal/wire"
)

// Problem is an error as people read it: what is wrong and where, then what to
// do about it.
type Problem struct {
	What  string
	Hints []string
}

func (p *Problem) Error() string { return p.What }

func problem(what string, hints ...string) *Problem { return &Problem{What: what, Hints: hints} }

func problemf(format string, args ...any) *Problem { return problem(fmt.Sprintf(format, args...)) }

// exitCode ends a command that has said all there is to say.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit %d", int(c)) }

// errChanges is what --detailed-exitcode says where there are some.
var errChanges = errors.New("there are changes")

// detailedError is an error under --detailed-exitcode, where 2 means that there
// are changes: its exit code is 1.
type detailedError struct{ err error }

func (e *detailedError) Error() string { return e.err.Error() }
func (e *detailedError) Unwrap() error { return e.err }

func detailed(err error) error {
	if err == nil || errors.Is(err, errChanges) {
		return err
	}
	return &detailedError{err}
}

// serverError is what a call of a server came back with.
type serverError struct {
	server string
	from   string // where the address comes from
	err    error
}

func (e *serverError) Error() string { return e.err.Error() }
func (e *serverError) Unwrap() error { return e.err }

// explain finds the words for an error.
func explain(err error) *Problem {
	var p *Problem
	var s *serverError
	var c *connect.Error
	var d *wire.DatabaseError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &c) && denialOf(c) != nil:
		return explainDenial(c, denialOf(c))
	case errors.As(err, &c) && staleOf(c) != nil:
		return explainStale(staleOf(c))
	case errors.As(err, &s):
		return explainServer(s)
	case errors.As(err, &c):
		return problem(c.Message())
	case errors.As(err, &d):
		return explainDatabase(d)
	}
	return problem(oneLine(err.Error()))
}

func explainServer(e *serverError) *Problem {
	var c *connect.Error
	if !errors.As(e.err, &c) {
		return problem(e.server + ": " + e.err.Error())
	}
	if !connect.IsWireError(c) && (c.Code() == connect.CodeUnavailable || c.Code() == connect.CodeUnknown || c.Code() == connect.CodeInternal) {
		return problem(fmt.Sprintf("no answer from the server at %s (%s): %s", e.server, e.from, transport(c)),
			"Is it running? Start one on this machine with `weir dev`,", "or name another with --server, --target or WEIR_SERVER.")
	}
	switch c.Code() {
	case connect.CodeUnauthenticated:
		return problem(fmt.Sprintf("%s does not know you: %s", e.server, c.Message()),
			"Give a token with --token, WEIR_TOKEN or `weir target set NAME --server URL --token TOKEN`;",
			"an operator makes one with `weir token create --database URL`.")
	case connect.CodePermissionDenied:
		return problem("not allowed: " + c.Message())
	case connect.CodeUnimplemented, connect.CodeUnknown:
		return problem(fmt.Sprintf("%s does not answer as a weir server does: %s", e.server, c.Message()),
			"Is the address right, and is the server as new as this program (`weir version`)?")
	}
	return problem(oneLine(c.Message()))
}

// transport says what the network said, without the layers around it.
func transport(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.As(err, &dns):
		return "the host " + dns.Name + " is not known"
	case os.IsTimeout(err):
		return "timed out"
	}
	text := oneLine(errors.Unwrap(err).Error())
	if i := strings.LastIndex(text, `": `); i >= 0 {
		text = text[i+3:]
	}
	return text
}

func explainDatabase(e *wire.DatabaseError) *Problem {
	p := problem(oneLine(e.Error()))
	if e.Unreachable() {
		p.Hints = []string{"Is it running, and is the address right? It was given with --database or WEIR_DATABASE."}
	}
	return p
}

func staleOf(c *connect.Error) *weirv1.StalePlan {
	for _, d := range c.Details() {
		if v, err := d.Value(); err == nil {
			if s, ok := v.(*weirv1.StalePlan); ok {
				return s
			}
		}
	}
	return nil
}

func explainStale(s *weirv1.StalePlan) *Problem {
	p := problem("the plan is stale: what it would change has changed since it was made. Nothing was applied.")
	for _, m := range s.Moved {
		p.Hints = append(p.Hints, view.Moved(m))
	}
	p.Hints = append(p.Hints, "Make a new plan with `weir plan` and apply that.")
	return p
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

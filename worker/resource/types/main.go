package types

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/weirci/weir/worker/resource"
	"github.com/weirci/weir/worker/resource/git"
	"github.com/weirci/weir/worker/resource/mock"
	"github.com/weirci/weir/worker/resource/timer"
)

// usage says how the program is called.
const usage = "usage: weir resource-type git|time|mock check | in DIR | out DIR"

// Exit codes of Main.
const (
	done   = 0
	failed = 1
	misuse = 2
)

// System is the host that programs run on.
func System(log io.Writer) resource.Host {
	return resource.Host{Log: log, Env: os.Environ(), Now: time.Now, Wait: wait}
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Main runs one program of a built-in type: args are the type, then check, in
// DIR or out DIR. The request is read from in, the answer written to out once it
// is whole; all else goes to the host's log.
func Main(ctx context.Context, host resource.Host, args []string, in io.Reader, out io.Writer) int {
	call, err := parse(args)
	if err != nil {
		fmt.Fprintln(host.Log, err)
		return misuse
	}
	answer, err := call.run(ctx, host, in)
	if err == nil {
		err = json.NewEncoder(out).Encode(answer)
	}
	if err != nil {
		fmt.Fprintf(host.Log, "%s %s: %v\n", args[0], call.verb, err)
		return failed
	}
	return done
}

// call is the command line, understood.
type call struct {
	typ  resource.Type
	verb string
	dir  string // of in and out
}

func parse(args []string) (call, error) {
	if len(args) < 2 {
		return call{}, errors.New(usage)
	}
	c := call{verb: args[1]}
	switch args[0] {
	case "git":
		c.typ = git.Type{}
	case "time":
		c.typ = timer.Type{}
	case "mock":
		c.typ = mock.Type{}
	default:
		return call{}, fmt.Errorf("there is no built-in resource type %q\n%s", args[0], usage)
	}
	want := map[string]int{"check": 2, "in": 3, "out": 3}[c.verb]
	if len(args) != want {
		return call{}, errors.New(usage)
	}
	if want == 3 {
		c.dir = args[2]
	}
	return c, nil
}

func (c call) run(ctx context.Context, host resource.Host, in io.Reader) (any, error) {
	var r resource.Request
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		return nil, fmt.Errorf("reading the request from standard input: %w", err)
	}
	switch c.verb {
	case "check":
		return c.typ.Check(ctx, host, r)
	case "in":
		if len(r.Version) == 0 {
			return nil, errors.New("the request has no version")
		}
		if err := os.MkdirAll(c.dir, 0o755); err != nil {
			return nil, fmt.Errorf("making the artifact's directory: %w", err)
		}
		return answered(c.typ.In(ctx, host, r, c.dir))
	}
	return answered(c.typ.Out(ctx, host, r, c.dir))
}

// answered makes sure that metadata is a list also where there is none.
func answered(r resource.Response, err error) (any, error) {
	if r.Metadata == nil {
		r.Metadata = []resource.Metadata{}
	}
	return r, err
}

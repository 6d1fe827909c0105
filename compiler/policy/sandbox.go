package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// Command is the word by which a program that is called again runs Main.
const Command = "policy-judge"

// Limits of one evaluation. Fifty thousand steps take some five seconds of a
// processor and most of the memory.
const (
	DefaultTimeout = 30 * time.Second
	DefaultMemory  = 2 << 30 // bytes
)

// Sandbox judges in a process of its own, which is killed when it takes too long
// and ends itself when it takes too much memory. It is safe for concurrent use.
type Sandbox struct {
	Program []string      // the program and its arguments that run Main
	Timeout time.Duration // 0: DefaultTimeout
	Memory  int64         // bytes; 0: DefaultMemory
	Slots   chan struct{} // bounds how many run at once; nil: no bound
}

// request is what Main reads.
type request struct {
	Policies []Policy        `json:"policies"`
	Input    json.RawMessage `json:"input"`
	Memory   int64           `json:"memory"`
}

// Judge implements Judge. Limits that are reached are faults, as everything is
// that is wrong with a policy; an error is a fault of this machine.
func (s Sandbox) Judge(ctx context.Context, policies []Policy, g *graph.Graph) (Verdict, error) {
	if len(policies) == 0 {
		return Verdict{}, nil
	}
	if s.Timeout == 0 {
		s.Timeout = DefaultTimeout
	}
	if s.Memory == 0 {
		s.Memory = DefaultMemory
	}
	input, err := InputJSON(g)
	if err != nil {
		return Verdict{}, err
	}
	body, err := json.Marshal(request{Policies: policies, Input: input, Memory: s.Memory})
	if err != nil {
		return Verdict{}, fmt.Errorf("writing the input of policies: %w", err)
	}
	if s.Slots != nil {
		select {
		case s.Slots <- struct{}{}:
			defer func() { <-s.Slots }()
		case <-ctx.Done():
			return Verdict{}, ctx.Err()
		}
	}
	return s.run(ctx, policies, body)
}

var errTooLong = errors.New("the time for policies is over")

func (s Sandbox) run(ctx context.Context, policies []Policy, body []byte) (Verdict, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.Timeout, errTooLong)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.Program[0], s.Program[1:]...) //nolint:gosec // this program itself
	cmd.Env = []string{"LANG=C"}                                    // nothing of ours
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = time.Second
	cmd.Stdin = bytes.NewReader(body)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.Is(context.Cause(ctx), errTooLong):
		return over(policies, fmt.Sprintf("it takes more than %s; leave out part of what it compares", s.Timeout)), nil
	case ctx.Err() != nil:
		return Verdict{}, ctx.Err()
	case errors.As(err, &exit) && (exit.ExitCode() == exitMemory || starved(log.String())):
		return over(policies, fmt.Sprintf("it takes more than %d MiB of memory; leave out part of what it compares", s.Memory>>20)), nil
	case errors.As(err, &exit) && strings.Contains(log.String(), "goroutine stack exceeds"):
		return over(policies, "it nests too deeply"), nil
	case err != nil:
		return Verdict{}, fmt.Errorf("running policies: %w: %s", err, firstLine(log.String()))
	}
	var v Verdict
	if err := json.Unmarshal(out.Bytes(), &v); err != nil {
		return Verdict{}, fmt.Errorf("reading the verdict of policies: %w", err)
	}
	return v, nil
}

// starved knows the last words of a process to which the kernel gives no more
// memory: the Go runtime has several.
func starved(log string) bool {
	for _, words := range []string{"out of memory", "cannot allocate", "failed to allocate", "SIGSEGV"} {
		if strings.Contains(log, words) {
			return true
		}
	}
	return false
}

// over is the fault of policies that reached a limit. Which of several it was is
// not known.
func over(policies []Policy, message string) Verdict {
	names := make([]string, len(policies))
	for i, p := range policies {
		names[i] = p.Name
	}
	return Verdict{Faults: []Fault{{Policy: strings.Join(names, ", "), Message: message}}}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

package policy

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// The test's own program plays the one that is called again.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == Command {
		os.Exit(Main(os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func sandbox(timeout time.Duration, memory int64) Sandbox {
	return Sandbox{Program: []string{os.Args[0], Command}, Timeout: timeout, Memory: memory}
}

// In a process of its own the verdict is the same.
func TestSandbox(t *testing.T) {
	policies := []Policy{
		{"a.cue", `deny: [for s in input.steps if s.kind == "task" if s.privileged {msg: "no", address: s.address}]`},
		{"b.cue", `warn: [for s in nothing {"x"}]`},
		{"c.cue", `warn: ["c"]`},
	}
	v, err := sandbox(0, 0).Judge(context.Background(), policies, shop(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Findings) != 2 || v.Findings[0].Address != "job.unit#2" || len(v.Faults) != 1 || v.Faults[0].Policy != "b.cue" {
		t.Errorf("got %+v", v)
	}
}

// What has no end is ended, and denies.
func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		timeout time.Duration
		memory  int64
		want    string
	}{
		"time":   {"import \"list\"\ndeny: [for a in list.Range(0, 100000, 1) for b in list.Range(0, 100000, 1) if a*b == 7.5 {\"x\"}]", 500 * time.Millisecond, 0, "takes more than"},
		"memory": {"import \"list\"\ndeny: [for a in list.Range(0, 100000000, 1) {\"x\"}]", 20 * time.Second, 128 << 20, "128 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := sandbox(c.timeout, c.memory).Judge(context.Background(), []Policy{{"p.cue", c.text}}, shop(t))
			if err != nil {
				t.Fatal(err)
			}
			if !v.Denied() || len(v.Faults) != 1 || !strings.Contains(v.Faults[0].Message, c.want) {
				t.Errorf("got %+v", v)
			}
		})
	}
}

// Who gives up is no fault of the policy.
func TestGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := sandbox(0, 0).Judge(ctx, []Policy{{"p.cue", "deny: []"}}, shop(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A program that is no judge is an error, and no verdict.
func TestNoJudge(t *testing.T) {
	s := Sandbox{Program: []string{"/bin/false"}}
	if v, err := s.Judge(context.Background(), []Policy{{"p.cue", "deny: []"}}, shop(t)); err == nil {
		t.Errorf("got %+v", v)
	}
}

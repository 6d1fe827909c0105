package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

func newApp(t *testing.T) (*App, *strings.Builder, *strings.Builder) {
	t.Helper()
	var out, errs strings.Builder
	env := map[string]string{"XDG_CONFIG_HOME": t.TempDir()}
	a := &App{In: strings.NewReader(""), Out: &out, Err: &errs, Getenv: func(n string) string { return env[n] }, Now: time.Now}
	return a, &out, &errs
}

// A panic is one clear message; the stack is in a file.
func TestABugIsReportedAsOne(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	a, out, errs := newApp(t)
	a.Getenv = func(string) string { panic("the sky fell") }
	if code := Main(a, []string{"jobs"}); code != 2 {
		t.Errorf("exit code %d", code)
	}
	if out.Len() > 0 || !strings.HasPrefix(errs.String(), "Error: this is a bug in weir: the sky fell\n") || strings.Contains(errs.String(), "goroutine") {
		t.Errorf("%s%s", out, errs)
	}
	reports, _ := filepath.Glob(filepath.Join(os.TempDir(), "weir-bug-*.txt"))
	if len(reports) != 1 {
		t.Fatalf("reports: %v", reports)
	}
	if b, err := os.ReadFile(reports[0]); err != nil || !strings.Contains(string(b), "the sky fell") || !strings.Contains(string(b), "goroutine") {
		t.Errorf("%s, %v", b, err)
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0}, {exitCode(3), 3}, {errors.New("x"), 2}, {problem("x"), 2},
		{detailed(errors.New("x")), 1}, {detailed(exitCode(2)), 1}, {detailed(errChanges), 2}, {detailed(nil), 0},
	} {
		a, _, _ := newApp(t)
		if got := a.finish(t.Context(), c.err); got != c.want {
			t.Errorf("%v: exit code %d, want %d", c.err, got, c.want)
		}
	}
	for status, want := range map[string]int{"succeeded": 0, "failed": 1, "errored": 2, "aborted": 3} {
		a, _, _ := newApp(t)
		if got := a.finish(t.Context(), byStatus(status)); got != want {
			t.Errorf("a build that %s: exit code %d", status, got)
		}
	}
}

// Every command says what it is for, and none has a flag that hides a global one.
func TestEveryCommandIsDocumented(t *testing.T) {
	a, _, _ := newApp(t)
	root := newRoot(a)
	for _, c := range root.Commands() {
		if c.Short == "" || (c.GroupID == "" && !c.Hidden && c.Name() != "help") {
			t.Errorf("%s: short %q, group %q", c.Name(), c.Short, c.GroupID)
		}
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" || root.PersistentFlags().Lookup(f.Name) != nil {
				t.Errorf("%s --%s: usage %q", c.Name(), f.Name, f.Usage)
			}
		})
	}
}

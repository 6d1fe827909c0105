package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

type work struct {
	id    string
	bytes int
}

func (w work) name() string { return w.id }
func (w work) size() int    { return w.bytes }

// gather records what is done together; each takes a second.
type gather struct {
	gathering[work, bool]
	mu     sync.Mutex
	rounds [][]string
	bad    string // what has this fails
}

func newGather() *gather {
	g := &gather{}
	g.do = func(_ context.Context, some []work) (map[string]bool, error) {
		time.Sleep(time.Second)
		g.mu.Lock()
		defer g.mu.Unlock()
		var names []string
		took := map[string]bool{}
		for _, w := range some {
			names, took[w.id] = append(names, w.id), true
		}
		delete(took, "refused")
		g.rounds = append(g.rounds, names)
		if slices.Contains(names, g.bad) {
			return nil, errors.New("spoilt")
		}
		return took, nil
	}
	return g
}

// done is what was done together, once all is.
func (g *gather) done() string {
	time.Sleep(time.Minute)
	g.mu.Lock()
	defer g.mu.Unlock()
	return fmt.Sprint(g.rounds)
}

func (g *gather) go1(t *testing.T, w work, want bool, wantErr string) {
	go func() {
		answer, took, err := g.one(t.Context(), w)
		if took != want || answer != want || (err == nil) != (wantErr == "") {
			t.Errorf("%s: %v, %v", w.id, took, err)
		}
	}()
	synctest.Wait()
}

func TestGathering(t *testing.T) {
	for _, c := range []struct {
		name  string
		bad   string
		works []work
		want  string
	}{
		{"one by itself", "", []work{{"a", 0}}, "[[a]]"},
		{"what comes meanwhile goes together", "", []work{{"a", 0}, {"b", 0}, {"c", 0}}, "[[a] [b c]]"},
		{"one that is refused", "", []work{{"a", 0}, {"refused", 0}, {"c", 0}}, "[[a] [refused c]]"},
		{"two of one name do not", "", []work{{"a", 0}, {"b", 0}, {"b", 0}, {"c", 0}}, "[[a] [b c] [b]]"},
		{"nor what is large", "", []work{{"a", 0}, {"b", gatherBytes}, {"c", 1}}, "[[a] [b] [c]]"},
		{"what is too large goes by itself", "", []work{{"a", 2 * gatherBytes}}, "[[a]]"},
		{"one that fails fails alone", "b", []work{{"a", 0}, {"b", 0}, {"c", 0}}, "[[a] [b c] [b] [c]]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGather()
				g.bad = c.bad
				for _, w := range c.works {
					failed := ""
					if w.id == c.bad {
						failed = "spoilt"
					}
					g.go1(t, w, w.id != "refused" && failed == "", failed)
				}
				if got := g.done(); got != c.want {
					t.Errorf("done together: %s, want %s", got, c.want)
				}
			})
		})
	}
}

// Who gives up is not waited for, and holds up nobody.
func TestGatheringGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGather()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, _, err := g.one(ctx, work{"a", 0}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		g.go1(t, work{"b", 0}, true, "")
		if got := g.done(); got != "[[a] [b]]" {
			t.Errorf("done: %s", got)
		}
	})
}

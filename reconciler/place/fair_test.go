package place

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// crowd is a model of workers that free up and of teams that have runs waiting, played
// as the reconciler does: what is decided is done, and the turn kept.
type crowd struct {
	waiting []Run
	workers []Worker
	turn    string
	running []string // by the worker's id, oldest first
	made    int
}

func (c *crowd) add(team string, n int, priority int64) {
	for range n {
		c.made++
		c.waiting = append(c.waiting, Run{ID: fmt.Sprint(c.made), Team: team, Build: fmt.Sprint("b", c.made), Created: time.Unix(int64(c.made), 0), Priority: priority})
	}
}

// place decides once, and gives the teams that were served, in order.
func (c *crowd) place() []string {
	s := State{Runs: c.waiting, Workers: c.workers, Turn: c.turn}
	commands := Decide(s)
	c.turn = Served(s, commands)
	at, teams := map[string]string{}, []string{}
	for _, cmd := range commands {
		if a, ok := cmd.(Assign); ok {
			at[a.Run] = a.Worker
			i := slices.IndexFunc(c.waiting, func(r Run) bool { return r.ID == a.Run })
			teams = append(teams, c.waiting[i].Team)
			c.running = append(c.running, a.Worker)
			w := slices.IndexFunc(c.workers, func(w Worker) bool { return w.ID == a.Worker })
			c.workers[w].InFlight++
		}
	}
	c.waiting = slices.DeleteFunc(slices.Clone(c.waiting), func(r Run) bool { return at[r.ID] != "" })
	return teams
}

// end ends the n oldest runs.
func (c *crowd) end(n int) {
	for _, id := range c.running[:min(n, len(c.running))] {
		w := slices.IndexFunc(c.workers, func(w Worker) bool { return w.ID == id })
		c.workers[w].InFlight--
	}
	c.running = c.running[min(n, len(c.running)):]
}

// Ten thousand builds of one team wait, and all workers are full of them. What another
// team asks for then has the first place that becomes free, and so has a check.
func TestOneBuildBesideTenThousand(t *testing.T) {
	c := &crowd{workers: []Worker{worker("a", 4, 0), worker("b", 4, 0)}}
	c.add("crowd", 10_000, 100)
	if got := c.place(); len(got) != 8 {
		t.Fatalf("%d placed", len(got))
	}
	for _, late := range []string{"lone", "", "other"} {
		c.add(late, 1, 0)
		before := len(c.waiting)
		c.end(1)
		if got := c.place(); !slices.Equal(got, []string{late}) {
			t.Errorf("%d wait; served: %v, want %q", before, got, late)
		}
		c.end(1)
		if got := c.place(); !slices.Equal(got, []string{"crowd"}) {
			t.Errorf("served: %v", got)
		}
	}
}

// However many runs teams and checks have waiting, of whatever priority, whenever they
// come, and however places become free: between a team's turns no other has more than one.
func TestTurnsAreFair(t *testing.T) {
	served := 0
	rapid.Check(t, func(t *rapid.T) {
		c := &crowd{workers: []Worker{worker("a", rapid.IntRange(1, 4).Draw(t, "capacity"), 0)}}
		since := map[string]map[string]int{} // of a team that waits: whom it saw served since its own turn
		for range rapid.IntRange(1, 30).Draw(t, "rounds") {
			if rapid.Bool().Draw(t, "come") {
				c.add(rapid.SampledFrom([]string{"", "x", "y", "z"}).Draw(t, "team"), rapid.IntRange(1, 50).Draw(t, "runs"), rapid.Int64Range(-2, 2).Draw(t, "priority"))
			}
			for _, r := range c.waiting {
				if since[r.Team] == nil {
					since[r.Team] = map[string]int{}
				}
			}
			left := map[string]int{}
			for _, r := range c.waiting {
				left[r.Team]++
			}
			for _, team := range c.place() {
				served++
				for waits, saw := range since {
					if saw[team]++; waits != team && left[waits] > 0 && saw[team] > 1 {
						t.Fatalf("%q was served %d times while %q waited; teams %v", team, saw[team], waits, slices.Sorted(maps.Keys(since)))
					}
				}
				if left[team]--; left[team] == 0 {
					delete(since, team)
				} else {
					since[team] = map[string]int{}
				}
			}
			c.end(rapid.IntRange(0, 3).Draw(t, "ended"))
		}
	})
	if served == 0 {
		t.Error("nobody was ever served")
	}
}

// Of the runs of one team the oldest of the highest priority is served first: none that
// goes on waiting comes before one that was served.
func TestATeamIsServedByPriority(t *testing.T) {
	served := 0
	rapid.Check(t, func(t *rapid.T) {
		c := &crowd{workers: []Worker{worker("a", rapid.IntRange(1, 4).Draw(t, "capacity"), 0)}}
		for range rapid.IntRange(1, 20).Draw(t, "rounds") {
			c.add(rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "team"), rapid.IntRange(0, 3).Draw(t, "runs"), rapid.Int64Range(-2, 2).Draw(t, "priority"))
			before := slices.Clone(c.waiting)
			c.place()
			for _, r := range before {
				if slices.ContainsFunc(c.waiting, func(w Run) bool { return w.ID == r.ID }) {
					continue
				}
				served++
				for _, w := range c.waiting {
					if w.Team == r.Team && (w.Priority > r.Priority || w.Priority == r.Priority && w.Created.Before(r.Created)) {
						t.Fatalf("%s of priority %d is served before %s of priority %d", r.ID, r.Priority, w.ID, w.Priority)
					}
				}
			}
			c.end(rapid.IntRange(0, 3).Draw(t, "ended"))
		}
	})
	if served == 0 {
		t.Error("nobody was ever served")
	}
}

// What waits behind others for its priority says so; another team's is no reason.
func TestTheReasonNamesThePriority(t *testing.T) {
	at := time.Unix(0, 0)
	s := State{Workers: []Worker{worker("a", 1, 1)}, Runs: []Run{
		{ID: "own", Team: "x", Build: "1", Created: at}, {ID: "urgent", Team: "x", Build: "2", Created: at, Priority: 7}, {ID: "others", Team: "y", Build: "3", Created: at, Priority: 9},
	}}
	for _, c := range Decide(s) {
		h := c.(Hold)
		if strings.Contains(h.Message, "of a higher priority") != (h.Run == "own") {
			t.Errorf("%s: %s", h.Run, h.Message)
		}
		if h.Run == "own" && !strings.HasSuffix(h.Message, "2 runs ahead, 1 of a higher priority than 0") {
			t.Error(h.Message)
		}
	}
}

package place

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Strategy is one thing by which workers that may have a run are preferred, or left
// out. It is pure, and sees what was given out before in the same decision.
type Strategy struct {
	Name  string
	Does  string // in one line, for help and documents
	Takes string // what its number is, as in NAME=4; "": it takes none

	limit func(p *placer, r *Run, w *Worker, n int) bool // it has no place; nil: none is left out
	rank  func(p *placer, r *Run, w *Worker) int64       // the lower the better; nil: all the same
	fact  func(p *placer, r *Run, w *Worker) string      // what it goes by, for people
}

// Strategies are all there are.
func Strategies() []Strategy {
	return []Strategy{
		volumeLocality(), cacheLocality(), leastLoaded(), fewestBuildContainers(), spread(), random(),
		limitActiveTasks(), limitActiveContainers(), limitActiveVolumes(),
	}
}

// Link is a strategy in a chain, with its number.
type Link struct {
	Strategy
	N int
}

// String is how it is configured.
func (l Link) String() string {
	if l.Takes == "" {
		return l.Name
	}
	return fmt.Sprintf("%s=%d", l.Name, l.N)
}

// Chain is strategies in their order: those that limit leave workers out; of the
// rest each leaves, of those that the ones before it like the same, those that it
// likes best.
type Chain []Link

// DefaultChain keeps builds where their artifacts and caches are, and is fair to
// workers otherwise.
func DefaultChain() Chain {
	return Chain{{Strategy: volumeLocality()}, {Strategy: cacheLocality()}, {Strategy: leastLoaded()}}
}

// Chains are what a server goes by.
type Chains struct {
	Builds  Chain // empty: DefaultChain
	NoInput Chain // of runs of builds that need no artifact; empty: as Builds
	Checks  Chain // likewise
}

func (c Chains) of(r *Run) Chain {
	switch {
	case r.Build == "" && len(c.Checks) > 0:
		return c.Checks
	case r.Build != "" && r.Needs == "" && len(c.NoInput) > 0:
		return c.NoInput
	case len(c.Builds) > 0:
		return c.Builds
	}
	return DefaultChain()
}

// Uses says whether a strategy is in any of the chains.
func (c Chains) Uses(name string) bool {
	return slices.ContainsFunc(slices.Concat(c.of(&Run{}), c.of(&Run{Build: "b"}), c.of(&Run{Build: "b", Needs: "w"})), func(l Link) bool { return l.Name == name })
}

// ParseChain reads "volume-locality,limit-active-tasks=4".
func ParseChain(text string) (Chain, error) {
	var out Chain
	for _, part := range strings.Split(text, ",") {
		l, err := parseLink(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(x Link) bool { return x.Name == l.Name }) {
			return nil, fmt.Errorf("%s is there twice", l.Name)
		}
		out = append(out, l)
	}
	return out, nil
}

func parseLink(text string) (Link, error) {
	name, number, numbered := strings.Cut(text, "=")
	all := Strategies()
	i := slices.IndexFunc(all, func(s Strategy) bool { return s.Name == name })
	if i < 0 {
		return Link{}, fmt.Errorf("%q is no strategy; there are %s", name, strings.Join(names(all), ", "))
	}
	l := Link{Strategy: all[i]}
	if numbered != (l.Takes != "") {
		if numbered {
			return l, fmt.Errorf("%s takes no number", name)
		}
		return l, fmt.Errorf("%s wants a number: %s=4", name, name)
	}
	if !numbered {
		return l, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return l, fmt.Errorf("%s: %q is not a number of at least 1", name, number)
	}
	l.N = n
	return l, nil
}

func names(all []Strategy) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = s.Name
	}
	return out
}

// limit is the first strategy that leaves a worker out; nil: none does.
func (c Chain) limit(p *placer, r *Run, w *Worker) *Link {
	for i := range c {
		if l := &c[i]; l.Strategy.limit != nil && l.Strategy.limit(p, r, w, l.N) {
			return l
		}
	}
	return nil
}

package wire

import (
	"fmt"

	placing "github.com/weirci/weir/reconciler/place"
)

// Placement says by what a server chooses workers; zero: by its defaults.
type Placement = placing.Chains

// Strategy is one thing that it can go by.
type Strategy = placing.Strategy

// Strategies are all there are.
func Strategies() []Strategy { return placing.Strategies() }

// DefaultPlacement is the chain of a server that is not told otherwise.
func DefaultPlacement() string {
	text := ""
	for i, l := range placing.DefaultChain() {
		if i > 0 {
			text += ","
		}
		text += l.String()
	}
	return text
}

// ParsePlacement reads the chains of strategies; "" is the one before it.
func ParsePlacement(builds, noInput, checks string) (Placement, error) {
	var p Placement
	for _, c := range []struct {
		flag, text string
		into       *placing.Chain
	}{{"--placement", builds, &p.Builds}, {"--placement-no-input", noInput, &p.NoInput}, {"--placement-checks", checks, &p.Checks}} {
		if c.text == "" {
			continue
		}
		chain, err := placing.ParseChain(c.text)
		if err != nil {
			return p, fmt.Errorf("%s: %w", c.flag, err)
		}
		*c.into = chain
	}
	return p, nil
}

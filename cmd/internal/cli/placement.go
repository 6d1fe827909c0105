package cli

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/weirci/weir/cmd/internal/wire"
)

// placementFlags are by what a server chooses workers.
type placementFlags struct{ builds, noInput, checks string }

func (p *placementFlags) add(f *pflag.FlagSet) {
	var all []string
	for _, s := range wire.Strategies() {
		if s.Takes != "" {
			s.Name += "=N"
		}
		all = append(all, s.Name)
	}
	f.StringVar(&p.builds, "placement", wire.DefaultPlacement(), "by what workers are chosen, the first that makes a difference first: some of "+strings.Join(all, ", "))
	f.StringVar(&p.noInput, "placement-no-input", "", "likewise, for steps that need no artifacts; without it --placement")
	f.StringVar(&p.checks, "placement-checks", "", "likewise, for checks of resources")
}

func (p *placementFlags) chains() (wire.Placement, error) {
	out, err := wire.ParsePlacement(p.builds, p.noInput, p.checks)
	if err != nil {
		return out, problem(err.Error() + ".")
	}
	return out, nil
}

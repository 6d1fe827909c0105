package build

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// images are the resources whose versions are images of the build's tasks, or of
// the types of its resources, in the versions that were chosen for it.
func (d *decider) images() protocol.Images {
	i := protocol.Images{Resources: d.Resources, Types: d.Types, Versions: map[graph.Address]map[string]string{}, Eval: d.Eval,
		Secrets: func(_ graph.Address, v graph.Value) state.Secrets {
			return state.SecretsOf(d.Build.Team, d.Sources, v)
		}}
	for name, version := range d.Inputs {
		i.Versions[graph.Address(name)] = version
	}
	return i
}

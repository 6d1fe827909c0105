package postgres

import (
	"context"
	"maps"
	"slices"

	"github.com/weirci/weir/compiler/graph"
)

// moveObjects gives objects their new addresses, with all that hangs on them. An
// object that was deleted and still has the name takes the old one in exchange.
func (w writer) moveObjects(ctx context.Context) error {
	if len(w.changes.moves) == 0 {
		return nil
	}
	renames := renamed(w.changes.moves)
	all := slices.Sorted(maps.Keys(renames))
	to := make([]string, len(all))
	for i, a := range all {
		to[i] = renames[a]
	}
	if err := w.q.KeepAddresses(ctx, w.pipelineID, all); err != nil {
		return err
	}
	if err := w.q.FreeAddresses(ctx, w.pipelineID, all); err != nil {
		return err
	}
	return w.q.GiveAddresses(ctx, w.pipelineID, all, to)
}

// renamed closes moves (by the new address, the old one) to a permutation, by
// the old address: where a chain of moves ends, what is in the way goes to where
// it began.
func renamed(moves map[graph.Address]graph.Address) map[string]string {
	out := make(map[string]string, 2*len(moves))
	for to, from := range moves {
		out[string(from)] = string(to)
	}
	for end := range moves {
		if _, goesOn := out[string(end)]; goesOn {
			continue
		}
		start := end
		for {
			from, ok := moves[start]
			if !ok {
				break
			}
			start = from
		}
		out[string(end)] = string(start)
	}
	return out
}

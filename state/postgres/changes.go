package postgres

import (
	"bytes"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// changes is what a new graph changes in the tables.
type changes struct {
	put     []graph.Node // made, or defined otherwise, or affected by what they name
	moved   []graph.Node // the same, on another line of the file
	deleted []db.GraphRowsRow
	created int                             // of put
	moves   map[graph.Address]graph.Address // of put: the addresses that they had before
}

func (c changes) empty() bool { return len(c.put) == 0 && len(c.deleted) == 0 }

// compare finds them, by the stored bytes and by the digests beside them.
func compare(old stored, next *graph.Graph, moves map[graph.Address]graph.Address) changes {
	rows := make(map[graph.Address]db.GraphRowsRow, len(old.rows))
	for _, r := range old.rows {
		rows[graph.Address(r.Address)] = r
	}
	c := changes{moves: moves}
	for _, n := range next.Nodes() {
		r, known := rows[n.Address]
		delete(rows, n.Address)
		switch {
		case moves[n.Address] != "":
			delete(rows, moves[n.Address])
			c.put = append(c.put, n)
		case !known:
			c.created++
			c.put = append(c.put, n)
		case r.SpecDigest != string(n.SpecDigest), r.ExecDigest != string(n.ExecDigest), !bytes.Equal(r.Spec, graph.EncodeSpec(n.Spec)):
			c.put = append(c.put, n)
		case !bytes.Equal(r.Meta, graph.EncodeMeta(n.Meta)):
			c.moved = append(c.moved, n)
		}
	}
	for _, r := range rows {
		c.deleted = append(c.deleted, r)
	}
	return c
}

// columns are nodes as arrays, which is how many rows are written at once.
type columns struct {
	addresses, kinds, specDigests, execDigests []string
	specs, metas                               [][]byte
}

func columnsOf(nodes []graph.Node) columns {
	var c columns
	for _, n := range nodes {
		c.addresses = append(c.addresses, string(n.Address))
		c.kinds = append(c.kinds, string(n.Spec.Kind()))
		c.specDigests = append(c.specDigests, string(n.SpecDigest))
		c.execDigests = append(c.execDigests, string(n.ExecDigest))
		c.specs = append(c.specs, graph.EncodeSpec(n.Spec))
		c.metas = append(c.metas, graph.EncodeMeta(n.Meta))
	}
	return c
}

func addressesOf(rows []db.GraphRowsRow) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.Address
	}
	return out
}

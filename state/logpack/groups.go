package logpack

// Piece is where a piece lies in the log of its run: (From, To], in bytes of it.
type Piece struct{ From, To int64 }

// Group is pieces that follow each other and can be one.
type Group struct {
	Piece
	Count int // of pieces
}

// Groups says which pieces of a run's log, in their order, become one: as many as
// follow each other without a gap and are MaxPiece together at most.
func Groups(pieces []Piece) (out []Group) {
	for _, p := range pieces {
		last := len(out) - 1
		if last >= 0 && out[last].To == p.From && p.To-out[last].From <= MaxPiece {
			out[last].To = p.To
			out[last].Count++
			continue
		}
		out = append(out, Group{p, 1})
	}
	return out
}

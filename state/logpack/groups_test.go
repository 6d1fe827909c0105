package logpack_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/state/logpack"
)

func TestGroups(t *testing.T) {
	const most = logpack.MaxPiece
	for name, tt := range map[string]struct {
		in   []logpack.Piece
		want []logpack.Group
	}{
		"nothing":              {nil, nil},
		"one":                  {[]logpack.Piece{{0, 5}}, []logpack.Group{{logpack.Piece{From: 0, To: 5}, 1}}},
		"all in one":           {[]logpack.Piece{{0, 5}, {5, 9}, {9, most}}, []logpack.Group{{logpack.Piece{From: 0, To: most}, 3}}},
		"not beyond the most":  {[]logpack.Piece{{0, 5}, {5, most + 1}}, []logpack.Group{{logpack.Piece{From: 0, To: 5}, 1}, {logpack.Piece{From: 5, To: most + 1}, 1}}},
		"not over a gap":       {[]logpack.Piece{{0, 5}, {6, 9}}, []logpack.Group{{logpack.Piece{From: 0, To: 5}, 1}, {logpack.Piece{From: 6, To: 9}, 1}}},
		"from where it begins": {[]logpack.Piece{{7, 8}, {8, 9}}, []logpack.Group{{logpack.Piece{From: 7, To: 9}, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := logpack.Groups(tt.in); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// Groups cover what the pieces cover, in order, and two neighbours could never
// have been one.
func TestGroupsAreFewAndWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pieces []logpack.Piece
		at := int64(0)
		for range rapid.IntRange(0, 50).Draw(t, "pieces") {
			at += rapid.SampledFrom([]int64{0, 0, 0, 1}).Draw(t, "gap")
			size := rapid.Int64Range(1, logpack.MaxPiece).Draw(t, "size")
			pieces = append(pieces, logpack.Piece{From: at, To: at + size})
			at += size
		}
		rest := pieces
		groups := logpack.Groups(pieces)
		for i, g := range groups {
			if g.From != rest[0].From || g.To != rest[g.Count-1].To || g.To-g.From > logpack.MaxPiece {
				t.Fatalf("group %v of %v", g, rest)
			}
			if i > 0 && groups[i-1].To == g.From && rest[0].To-groups[i-1].From <= logpack.MaxPiece {
				t.Fatalf("%v and %v are not one", groups[i-1], g)
			}
			rest = rest[g.Count:]
		}
		if len(rest) > 0 {
			t.Fatalf("%v are in no group", rest)
		}
	})
}

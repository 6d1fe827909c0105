package diag

import "fmt"

// Nearest is the known name that a mistyped one most likely meant; ok is false
// where none is near. Of names equally near, the first wins.
func Nearest(given string, known []string) (name string, ok bool) {
	a := []rune(given)
	best := max(1, len(a)/3) + 1
	for _, k := range known {
		if d := distance(a, []rune(k), best); d < best {
			best, name, ok = d, k, true
		}
	}
	return name, ok
}

// Replace is the fix that puts a name in the place of another one, whose range
// may hold the quotes around it, or brackets and quotes. A range that holds
// anything else is no place for an edit.
func Replace(at Range, given, near string) *Fix {
	fix := &Fix{Help: fmt.Sprintf("did you mean %q?", near)}
	switch at.End.Byte - at.Start.Byte - len(given) {
	case 0:
		fix.Range, fix.Text = at, near
	case len(`""`):
		fix.Range, fix.Text = at, `"`+near+`"`
	case len(`[""]`):
		fix.Range, fix.Text = at, `["`+near+`"]`
	}
	return fix
}

// distance counts the edits (insert, delete, replace, swap of neighbours) from
// a to b, or says limit where there are at least that many.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+differ(a[i], b[j]))
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}

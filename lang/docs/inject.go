package docs

import (
	"errors"
	"strings"
)

// Begin and End are around what weir docs writes into a file of somebody else.
const (
	Begin = "<!-- BEGIN_WEIR_DOCS -->"
	End   = "<!-- END_WEIR_DOCS -->"
)

// Inject puts a page between the markers of a text. A text without markers is
// somebody else's.
func Inject(into, page string) (string, error) {
	before, rest, begins := strings.Cut(into, Begin)
	_, after, ends := strings.Cut(rest, End)
	switch {
	case !begins && strings.Contains(into, End):
		return "", errors.New(End + " stands there without " + Begin)
	case !begins:
		return "", errors.New("it has no line " + Begin + " and no line " + End + " to write between")
	case !ends:
		return "", errors.New(Begin + " stands there without " + End + " behind it")
	case strings.Contains(after, Begin):
		return "", errors.New(Begin + " stands there twice")
	}
	return before + Begin + "\n" + page + End + after, nil
}

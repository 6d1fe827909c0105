package shim

import (
	"strings"
	"testing"

	"github.com/weirci/weir/worker/logfile"
)

// Only whole lines come out, each with the name; the streams do not mix.
func TestLabels(t *testing.T) {
	l := newLabels("db")
	long := strings.Repeat("x", longestLine)
	var got strings.Builder
	for _, piece := range []struct {
		stream byte
		text   string
	}{{logfile.Stdout, "on"}, {logfile.Stderr, "oh "}, {logfile.Stdout, "e\ntwo\n\nth"}, {logfile.Stderr, "no\n"}, {logfile.Stdout, "ree"}, {logfile.Stderr, long + "y\n"}} {
		got.Write(l.add(piece.stream, []byte(piece.text)))
	}
	got.Write(l.flush())
	got.Write(l.flush())
	got.Write(l.line([]byte("ended")))
	want := "db | one\ndb | two\ndb | \ndb | oh no\ndb | " + long + "\ndb | y\ndb | three\ndb | ended\n"
	if got.String() != want {
		t.Errorf("got %q", got.String())
	}
}

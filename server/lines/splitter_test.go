package lines_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/server/lines"
	"github.com/weirci/weir/worker/logfile"
)

func out(text string) logfile.Record {
	return logfile.Record{Stream: logfile.Stdout, Data: []byte(text)}
}
func err(text string) logfile.Record {
	return logfile.Record{Stream: logfile.Stderr, Data: []byte(text)}
}

// split shows lines as number, stream, text, and + where the end is missing.
func split(records ...logfile.Record) (shown []string) {
	var s lines.Splitter
	show := func(l lines.Line) error {
		mark := ""
		if l.Partial {
			mark = "+"
		}
		shown = append(shown, fmt.Sprintf("%d %d %s%s", l.Number, l.Stream, l.Text, mark))
		return nil
	}
	for _, r := range records {
		_ = s.Add(r, show)
	}
	_ = s.Flush(show)
	return shown
}

func TestSplitter(t *testing.T) {
	long := strings.Repeat("x", lines.MaxText)
	for name, tt := range map[string]struct {
		in   []logfile.Record
		want []string
	}{
		"nothing":               {nil, nil},
		"a line":                {[]logfile.Record{out("one\n")}, []string{"1 1 one"}},
		"two in a record":       {[]logfile.Record{out("one\ntwo\n")}, []string{"1 1 one", "2 1 two"}},
		"one in two records":    {[]logfile.Record{out("o"), out("ne\n")}, []string{"1 1 one"}},
		"empty lines":           {[]logfile.Record{out("\n\n")}, []string{"1 1 ", "2 1 "}},
		"no end":                {[]logfile.Record{out("one")}, []string{"1 1 one+"}},
		"streams do not mix":    {[]logfile.Record{out("a"), err("b\n"), out("c\n")}, []string{"1 2 b", "2 1 ac"}},
		"both without end":      {[]logfile.Record{err("b"), out("a")}, []string{"1 1 a+", "2 2 b+"}},
		"just as long as may":   {[]logfile.Record{out(long), out("\n")}, []string{"1 1 " + long}},
		"longer":                {[]logfile.Record{out(long), out("yz\n")}, []string{"1 1 " + long + "+", "2 1 yz"}},
		"carriage returns stay": {[]logfile.Record{out("a\r\n")}, []string{"1 1 a\r"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := split(tt.in...); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// However a stream is cut into records, its lines are the same, and no byte is
// lost or changed.
func TestCutsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOf(rapid.SampledFrom([]byte("ab\n"))).Draw(t, "text")
		if rapid.Bool().Draw(t, "long") {
			text = slices.Concat(text, bytes.Repeat([]byte("x"), lines.MaxText+5), text)
		}
		var records []logfile.Record
		for rest := text; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
			records = append(records, out(string(rest[:n])))
			rest = rest[n:]
		}
		if got, want := split(records...), split(out(string(text))); !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		var joined []byte
		for _, l := range split(records...) {
			_, l, _ = strings.Cut(l, " 1 ")
			cut, partial := strings.CutSuffix(l, "+")
			joined = append(joined, cut...)
			if !partial {
				joined = append(joined, '\n')
			}
		}
		if !bytes.Equal(joined, text) {
			t.Fatalf("%d bytes became %d", len(text), len(joined))
		}
	})
}

func TestTheTimeIsThatOfTheFirstByte(t *testing.T) {
	var s lines.Splitter
	for i, text := range []string{"a", "b", "c\n"} {
		r := out(text)
		r.At = time.Unix(int64(i+1), 0)
		_ = s.Add(r, func(l lines.Line) error {
			if l.At.Unix() != 1 {
				t.Errorf("at %v", l.At)
			}
			return nil
		})
	}
}

func TestItStopsAtAnError(t *testing.T) {
	var s lines.Splitter
	gone, calls := errors.New("gone"), 0
	got := s.Add(out("a\nb\n"), func(lines.Line) error { calls++; return gone })
	if !errors.Is(got, gone) || calls != 1 {
		t.Errorf("%v after %d calls", got, calls)
	}
}

// What services wrote comes between the halves of a task's own line, and does not
// mix with them.
func TestServicesDoNotMix(t *testing.T) {
	got := split(out("a"), logfile.Record{Stream: logfile.Beside, Data: []byte("db | up\n")}, out("b\n"))
	if want := []string{"1 3 db | up", "2 1 ab"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What is added after the end goes on with the numbers: who reads all of it at once
// counts the same.
func TestLinesAfterTheEnd(t *testing.T) {
	var s lines.Splitter
	var numbers []int64
	note := func(l lines.Line) error {
		numbers = append(numbers, l.Number)
		return nil
	}
	_ = s.Add(out("one\ntwo\n"), note)
	_ = s.Flush(note)
	_ = s.Add(out("three\n"), note)
	_ = s.Flush(note)
	if !slices.Equal(numbers, []int64{1, 2, 3}) {
		t.Errorf("%v", numbers)
	}
}

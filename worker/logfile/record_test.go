package logfile_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/worker/logfile"
)

func at(ns int64) time.Time { return time.Unix(0, ns) }

func TestTheFormIsFixed(t *testing.T) {
	got := logfile.Append(nil, logfile.Record{Stream: logfile.Stderr, At: at(0x0102030405060708), Data: []byte("hi")})
	want := []byte{2, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 2, 'h', 'i'}
	if !bytes.Equal(got, want) {
		t.Fatalf("form is % x, want % x", got, want)
	}
}

func TestSplitAndDecode(t *testing.T) {
	one := logfile.Append(nil, logfile.Record{Stream: logfile.Stdout, At: at(1), Data: []byte("one")})
	for name, tt := range map[string]struct {
		in      []byte
		records int
		rest    int
		corrupt bool // what is left can never become a record
	}{
		"nothing":               {nil, 0, 0, false},
		"one":                   {one, 1, 0, false},
		"half a header":         {append(slices.Clone(one), one[:7]...), 1, 7, false},
		"half of the data":      {append(slices.Clone(one), one[:14]...), 1, 14, false},
		"empty data":            {logfile.Append(nil, logfile.Record{Stream: 1, At: at(1)}), 1, 0, false},
		"no such stream":        {append(slices.Clone(one), 4), 1, 1, true},
		"a length beyond limit": {[]byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0, 'x'}, 0, 14, true},
		"text":                  {[]byte("plain text, no records"), 0, 22, true},
	} {
		t.Run(name, func(t *testing.T) {
			whole, rest := logfile.Split(tt.in)
			if n := len(slices.Collect(logfile.Decode(tt.in))); n != tt.records || rest != tt.rest {
				t.Errorf("%d records and %d bytes left, want %d and %d", n, rest, tt.records, tt.rest)
			}
			if got := logfile.Corrupt(tt.in[len(whole):]); got != tt.corrupt {
				t.Errorf("Corrupt = %v", got)
			}
		})
	}
}

func TestLongDataBecomesSeveralRecords(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 20_000)
	got := slices.Collect(logfile.Decode(logfile.Append(nil, logfile.Record{Stream: 1, At: at(5), Data: data})))
	if len(got) != 4 {
		t.Fatalf("%d records, want 4", len(got))
	}
	var all []byte
	for _, r := range got {
		if len(r.Data) > logfile.MaxData || !r.At.Equal(at(5)) || r.Stream != 1 {
			t.Fatalf("record of stream %d, %v, %d bytes", r.Stream, r.At, len(r.Data))
		}
		all = append(all, r.Data...)
	}
	if !bytes.Equal(all, data) {
		t.Fatal("the data changed")
	}
}

func genRecord(t *rapid.T) logfile.Record {
	return logfile.Record{
		Stream: rapid.SampledFrom([]byte{logfile.Stdout, logfile.Stderr}).Draw(t, "stream"),
		At:     at(rapid.Int64().Draw(t, "at")),
		Data:   rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "data"),
	}
}

// However a file is cut in two, what Split calls whole decodes to the first
// records, and the rest, put before what comes later, to the others.
func TestAnyCutLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.Custom(genRecord), 0, 20).Draw(t, "records")
		var file []byte
		for _, r := range records {
			file = logfile.Append(file, r)
		}
		cut := rapid.IntRange(0, len(file)).Draw(t, "cut")
		whole, rest := logfile.Split(file[:cut])
		if len(whole)+rest != cut {
			t.Fatalf("%d whole + %d left of %d", len(whole), rest, cut)
		}
		got := slices.Collect(logfile.Decode(whole))
		got = slices.AppendSeq(got, logfile.Decode(file[len(whole):]))
		if !slices.EqualFunc(got, records, equal) {
			t.Fatalf("got %v, want %v", got, records)
		}
	})
}

// Garbage is never an endless loop, a panic, or more bytes than there were.
func TestGarbage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOf(rapid.Byte()).Draw(t, "b")
		whole, rest := logfile.Split(b)
		if !bytes.HasPrefix(b, whole) || len(whole)+rest != len(b) {
			t.Fatalf("Split(%x) = %x, %d", b, whole, rest)
		}
		var again []byte
		for r := range logfile.Decode(b) {
			again = logfile.Append(again, r)
		}
		if !bytes.Equal(again, whole) {
			t.Fatalf("records give %x, want %x", again, whole)
		}
	})
}

func equal(a, b logfile.Record) bool {
	return a.Stream == b.Stream && a.At.Equal(b.At) && bytes.Equal(a.Data, b.Data)
}

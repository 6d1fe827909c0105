package logpack_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"github.com/weirci/weir/state/logpack"
	"github.com/weirci/weir/worker/logfile"
)

func codec(t testing.TB) *logpack.Codec {
	c, err := logpack.New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func records(texts ...string) (out []byte) {
	for i, text := range texts {
		out = logfile.Append(out, logfile.Record{Stream: logfile.Stdout, At: time.Unix(int64(i), 0), Data: []byte(text)})
	}
	return out
}

// Whatever a run writes comes out as it was, packed either way, and never takes
// more room than it did.
func TestWhatIsPackedComesOutAsItWas(t *testing.T) {
	c := codec(t)
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.Just("the same again\n")), 0, 200).Draw(t, "texts")
		in := records(texts...)
		for name, packed := range map[string][]byte{"fast": c.Pack(in), "small": c.PackSmall(in)} {
			out, err := c.Unpack(packed)
			if err != nil || !bytes.Equal(out, in) {
				t.Fatalf("%s: %v: %d bytes became %d", name, err, len(in), len(out))
			}
			if len(packed) > len(in) {
				t.Fatalf("%s: %d bytes take %d", name, len(in), len(packed))
			}
		}
	})
}

// A log takes a third of its size as it arrives, in pieces of what 20 ms give,
// and half of that when they are put together.
func TestLogsBecomeSmall(t *testing.T) {
	c := codec(t)
	var all, piece []byte
	arrived := 0
	for i := range 4000 {
		piece = append(piece, records(fmt.Sprintf("2026-03-01 10:00:%02d compiling module %d of the tree\n", i%60, i*7919))...)
		if i%20 == 19 {
			arrived += len(c.Pack(piece))
			all, piece = append(all, piece...), nil
		}
	}
	kept := len(c.PackSmall(all))
	t.Logf("%d bytes of log arrive as %d and are kept as %d", len(all), arrived, kept)
	if arrived > len(all)/3 || kept > arrived/2 {
		t.Errorf("%d bytes of log arrive as %d and are kept as %d", len(all), arrived, kept)
	}
}

// Pieces that were kept before there was packing are what they are.
func TestPlainRecordsAreAPiece(t *testing.T) {
	in := records("hello\n")
	if out, err := codec(t).Unpack(in); err != nil || !bytes.Equal(out, in) {
		t.Errorf("%q, %v", out, err)
	}
}

func TestDamage(t *testing.T) {
	c := codec(t)
	packed := c.Pack(records(string(bytes.Repeat([]byte("line\n"), 1000))))
	for i := 4; i < len(packed); i++ {
		bad := bytes.Clone(packed)
		bad[i] ^= 0x55
		if out, err := c.Unpack(bad); err == nil && !bytes.Equal(out, records(string(bytes.Repeat([]byte("line\n"), 1000)))) {
			t.Fatalf("byte %d was damaged, and other records came out", i)
		}
	}
	if _, err := c.Unpack(packed[:len(packed)/2]); err == nil {
		t.Error("half a piece is taken")
	}
}

// A small piece cannot become more memory than a piece may take.
func TestBombsAreRefused(t *testing.T) {
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	bomb := e.EncodeAll(make([]byte, 64<<20), nil)
	if out, err := codec(t).Unpack(bomb); err == nil {
		t.Errorf("%d bytes became %d", len(bomb), len(out))
	}
}

func TestTheLargestPiece(t *testing.T) {
	c := codec(t)
	in := bytes.Repeat([]byte{1}, logpack.MaxPiece)
	if out, err := c.Unpack(c.PackSmall(in)); err != nil || !bytes.Equal(in, out) {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

func TestManyAtOnce(t *testing.T) {
	c := codec(t)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			in := records(string(bytes.Repeat(fmt.Appendf(nil, "run %d\n", i), 2000)))
			for range 20 {
				if out, err := c.Unpack(c.Pack(in)); err != nil || !bytes.Equal(out, in) {
					t.Errorf("run %d: %v", i, err)
				}
			}
		})
	}
	all.Wait()
}

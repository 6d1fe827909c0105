package logpack

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// MaxPiece is the most that one piece may be when it is unpacked, in bytes.
const MaxPiece = 4 << 20

// smallest is the size below which packing is not tried.
const smallest = 64

// Codec packs and unpacks. It is safe for concurrent use, and holds a few MiB
// once it has been used.
type Codec struct {
	fast, small *zstd.Encoder
	decoder     *zstd.Decoder
}

// New makes a codec.
func New() (*Codec, error) {
	fast, err := encoder(zstd.SpeedFastest, 2)
	if err != nil {
		return nil, err
	}
	small, err := encoder(zstd.SpeedDefault, 1)
	if err != nil {
		return nil, err
	}
	// A frame that claims more than a piece may be is refused before memory is taken.
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(MaxPiece), zstd.WithDecoderMaxWindow(MaxPiece))
	if err != nil {
		return nil, fmt.Errorf("zstd: %w", err)
	}
	return &Codec{fast, small, decoder}, nil
}

func encoder(level zstd.EncoderLevel, atOnce int) (*zstd.Encoder, error) {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(atOnce),
		zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, fmt.Errorf("zstd: %w", err)
	}
	return e, nil
}

// Pack is for pieces as they arrive: quickly. What it gives may be records itself.
func (c *Codec) Pack(records []byte) []byte { return pack(c.fast, records) }

// PackSmall is for what is kept: it takes its time.
func (c *Codec) PackSmall(records []byte) []byte { return pack(c.small, records) }

func pack(e *zstd.Encoder, records []byte) []byte {
	if len(records) < smallest {
		return records
	}
	packed := e.EncodeAll(records, make([]byte, 0, len(records)/2))
	if len(packed) >= len(records) {
		return records
	}
	return packed
}

// errBroken hides what the decoder says in its own words about bytes of people's.
var errBroken = errors.New("a piece of log is damaged")

// Unpack gives the records of a piece. It may give the piece itself.
func (c *Codec) Unpack(piece []byte) ([]byte, error) {
	if !bytes.HasPrefix(piece, []byte{0x28, 0xb5, 0x2f, 0xfd}) {
		return piece, nil
	}
	records, err := c.decoder.DecodeAll(piece, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	return records, nil
}

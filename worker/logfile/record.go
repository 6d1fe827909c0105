package logfile

import (
	"encoding/binary"
	"iter"
	"time"
)

// The streams of a record.
const (
	Stdout byte = 1
	Stderr byte = 2
	Beside byte = 3 // both streams of the services beside a task: whole lines, with their names
)

// HeaderSize is the number of bytes before a record's data, MaxData the most
// data that one record holds.
const (
	HeaderSize = 1 + 8 + 4
	MaxData    = 64 << 10
)

// Record is one piece of output: what one read from the program's pipe gave.
type Record struct {
	Stream byte      // Stdout, Stderr or Beside
	At     time.Time // when it was read, by the worker's clock
	Data   []byte    // at most MaxData; belongs to whoever made the record
}

// Append puts the record's form at the end of dst. Data longer than MaxData
// becomes several records with the same stream and time.
func Append(dst []byte, r Record) []byte {
	for len(r.Data) > MaxData {
		dst = appendOne(dst, Record{r.Stream, r.At, r.Data[:MaxData]})
		r.Data = r.Data[MaxData:]
	}
	return appendOne(dst, r)
}

func appendOne(dst []byte, r Record) []byte {
	dst = append(dst, r.Stream)
	dst = binary.BigEndian.AppendUint64(dst, uint64(r.At.UnixNano()))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(r.Data)))
	return append(dst, r.Data...)
}

// Split cuts b after its last whole record; rest is the number of bytes that are
// left: the beginning of a record that is not all there, or, where b holds
// something else than records, everything from there on.
func Split(b []byte) (whole []byte, rest int) {
	end := 0
	for {
		n, ok := next(b[end:])
		if !ok {
			return b[:end:end], len(b) - end
		}
		end += n
	}
}

// Corrupt tells whether b, which begins at a record's border, begins with what
// no record can begin with, as opposed to a record that is only not whole yet.
func Corrupt(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	if b[0] < Stdout || b[0] > Beside {
		return true
	}
	return len(b) >= HeaderSize && length(b) > MaxData
}

// Decode gives the whole records at the beginning of b. Their Data are parts of
// b: copy what must outlive it.
func Decode(b []byte) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		for {
			n, ok := next(b)
			if !ok || !yield(decodeOne(b[:n:n])) {
				return
			}
			b = b[n:]
		}
	}
}

func decodeOne(b []byte) Record {
	at := int64(binary.BigEndian.Uint64(b[1:9]))
	return Record{Stream: b[0], At: time.Unix(0, at), Data: b[HeaderSize:]}
}

// next is the size of the record at the beginning of b, if it is whole.
func next(b []byte) (int, bool) {
	if len(b) < HeaderSize || Corrupt(b) {
		return 0, false
	}
	n := HeaderSize + length(b)
	return n, n <= len(b)
}

func length(b []byte) int { return int(binary.BigEndian.Uint32(b[9:HeaderSize])) }

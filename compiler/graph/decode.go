package graph

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"unicode/utf8"
)

// maxDepth bounds how deep values and steps may nest in bytes from outside.
const maxDepth = 200

var (
	errShort     = errors.New("the data ends too early")
	errCanonical = errors.New("the data is not in canonical form")
)

// DecodeSpec reads canonical bytes back. Anything that EncodeSpec would have
// written otherwise is an error.
func DecodeSpec(k Kind, data []byte) (Spec, error) {
	switch k {
	case KindPipeline:
		return decodeSpec[Pipeline](data)
	case KindResourceType:
		return decodeSpec[ResourceType](data)
	case KindResource:
		return decodeSpec[Resource](data)
	case KindJob:
		return decodeSpec[Job](data)
	case KindSecretSource:
		return decodeSpec[SecretSource](data)
	case KindGroup:
		return decodeSpec[Group](data)
	}
	return nil, fmt.Errorf("%q is no kind of node", k)
}

// DecodeMeta reads what EncodeMeta wrote.
func DecodeMeta(data []byte) (Meta, error) { return decodeStruct[Meta](data) }

// DecodeHeader reads what EncodeHeader wrote.
func DecodeHeader(data []byte) (Header, error) { return decodeStruct[Header](data) }

func decodeSpec[S Spec](data []byte) (Spec, error) {
	s, err := decodeStruct[S](data)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// decodeStruct decodes, and encodes again to see that the bytes are canonical.
func decodeStruct[T any](data []byte) (T, error) {
	var out T
	d := decoder{src: data}
	d.value(reflect.ValueOf(&out).Elem(), 0)
	if d.err == nil && len(d.src) > 0 {
		d.fail(errors.New("there is data after the end"))
	}
	if d.err != nil {
		return out, d.err
	}
	e := encoder{mask: maskAll}
	e.value(reflect.ValueOf(out), false)
	if e.err != nil {
		return out, e.err
	}
	if !bytes.Equal(e.dst, data) {
		return out, errCanonical
	}
	return out, nil
}

// decoder reads from src until it is empty or err is set; after an error every
// method does nothing.
type decoder struct {
	src []byte
	err error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.src = nil
}

// head reads one item's head: its major type and its number.
func (d *decoder) head() (major byte, n uint64) {
	if len(d.src) == 0 {
		d.fail(errShort)
		return 0, 0
	}
	first := d.src[0]
	d.src = d.src[1:]
	major, info := first&0xe0, first&0x1f
	if major == 7<<5 {
		return major, uint64(info)
	}
	if info < 24 {
		return major, uint64(info)
	}
	size := 1 << (info - 24)
	if info > 27 || len(d.src) < size {
		d.fail(errShort)
		return 0, 0
	}
	var wide [8]byte
	copy(wide[8-size:], d.src[:size])
	d.src = d.src[size:]
	return major, binary.BigEndian.Uint64(wide[:])
}

// count reads the head of an array or map. No item is shorter than a byte, so
// a count above what is left is refused before anything is allocated.
func (d *decoder) count(want byte) int {
	major, n := d.head()
	if d.err == nil && major != want {
		d.fail(fmt.Errorf("a value has the wrong type (major type %d, want %d)", major>>5, want>>5))
	}
	if d.err == nil && n > uint64(len(d.src)) {
		d.fail(errShort)
	}
	if d.err != nil {
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.count(majorText)
	s := string(d.src[:n])
	d.src = d.src[n:]
	if !utf8.ValidString(s) {
		d.fail(fmt.Errorf("%q is not valid UTF-8", s))
	}
	return s
}

func (d *decoder) int() int64 {
	major, n := d.head()
	switch {
	case d.err != nil:
	case n > math.MaxInt64:
		d.fail(errors.New("an integer is too large"))
	case major == majorUint:
		return int64(n)
	case major == majorNeg:
		return -int64(n) - 1
	default:
		d.fail(errors.New("a value has the wrong type, want an integer"))
	}
	return 0
}

func (d *decoder) bool() bool {
	if len(d.src) == 0 || d.src[0] != cborTrue && d.src[0] != cborFalse {
		d.fail(errors.New("a value has the wrong type, want true or false"))
		return false
	}
	b := d.src[0] == cborTrue
	d.src = d.src[1:]
	return b
}

package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// WriteJSON prints messages as one JSON array: every field present (null, "", 0,
// [] where there is nothing), proto's own names, numbers as numbers, times as
// RFC 3339. Programs read it, so it is the same bytes for the same messages.
func WriteJSON[M proto.Message](w io.Writer, messages []M) error {
	all := make([]any, len(messages))
	for i, m := range messages {
		all[i] = object(m.ProtoReflect())
	}
	return WriteValue(w, all)
}

// WriteMessage prints one message as a JSON object, as WriteJSON does.
func WriteMessage(w io.Writer, m proto.Message) error {
	return WriteValue(w, object(m.ProtoReflect()))
}

// WriteValue prints any value as indented JSON.
func WriteValue(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// fields keeps the order of the proto file, which a map would lose.
type fields []field

type field struct {
	name  string
	value any
}

// MarshalJSON writes the fields in their order.
func (f fields) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, e := range f {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := plain(e.value)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", e.name, err)
		}
		fmt.Fprintf(&b, "%q:%s", e.name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

func object(m protoreflect.Message) any {
	if !m.IsValid() {
		return nil
	}
	if at, ok := m.Interface().(*timestamppb.Timestamp); ok {
		return at.AsTime().Format(time.RFC3339Nano)
	}
	descriptors := m.Descriptor().Fields()
	out := make(fields, 0, descriptors.Len())
	for i := range descriptors.Len() {
		d := descriptors.Get(i)
		if d.ContainingOneof() != nil && !m.Has(d) {
			continue
		}
		out = append(out, field{string(d.Name()), fieldValue(d, m.Get(d))})
	}
	return out
}

func fieldValue(d protoreflect.FieldDescriptor, v protoreflect.Value) any {
	switch {
	case d.IsMap():
		out := map[string]any{}
		v.Map().Range(func(k protoreflect.MapKey, e protoreflect.Value) bool {
			out[k.String()] = scalar(d.MapValue(), e)
			return true
		})
		return out
	case d.IsList():
		out := make([]any, v.List().Len())
		for i := range out {
			out[i] = scalar(d, v.List().Get(i))
		}
		return out
	default:
		return scalar(d, v)
	}
}

func scalar(d protoreflect.FieldDescriptor, v protoreflect.Value) any {
	switch d.Kind() {
	case protoreflect.MessageKind:
		return object(v.Message())
	case protoreflect.BytesKind:
		return strings.ToValidUTF8(string(v.Bytes()), "\uFFFD") // log lines: all bytes that are listed
	default:
		return v.Interface()
	}
}

// Pairs prints a version as people read it: ref=abc branch=main, sorted.
func Pairs(m map[string]string) string {
	var b bytes.Buffer
	for i, k := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s=%s", k, m[k])
	}
	return b.String()
}

// Object is a message as WriteJSON prints it, for encoding/json.
func Object(m proto.Message) any { return object(m.ProtoReflect()) }

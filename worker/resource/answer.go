package resource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// shown is how much of a bad answer an error quotes, in bytes.
const shown = 120

// AnswerError is an answer that is not what the protocol asks for. It says which
// program printed it and how it begins.
type AnswerError struct {
	Script string // /opt/resource/check
	Why    string
	Output []byte // its first bytes
}

func (e *AnswerError) Error() string {
	if len(e.Output) == 0 {
		return fmt.Sprintf("%s %s: it printed nothing", e.Script, e.Why)
	}
	return fmt.Sprintf("%s %s: it printed %s", e.Script, e.Why, strconv.Quote(string(e.Output)))
}

func bad(script, why string, out []byte) error {
	out = bytes.TrimSpace(out)
	return &AnswerError{script, why, bytes.ToValidUTF8(out[:min(len(out), shown)], nil)}
}

// ParseVersions reads what a check printed. null is no version.
func ParseVersions(script string, out []byte) ([]Version, error) {
	var raw []json.RawMessage
	if err := one(out, &raw); err != nil {
		return nil, bad(script, "gave no JSON list of versions ("+err.Error()+")", out)
	}
	versions := make([]Version, len(raw))
	for i := range raw {
		v, err := parseVersion(raw[i])
		if err != nil {
			return nil, bad(script, fmt.Sprintf("gave a list whose version %d %s", i+1, err), out)
		}
		versions[i] = v
	}
	return versions, nil
}

// ParseResponse reads what an in or out printed. Fields that the protocol does
// not know are let be: images in use print them.
func ParseResponse(script string, out []byte) (Response, error) {
	var raw struct {
		Version  json.RawMessage `json:"version"`
		Metadata []struct {
			Name  string `json:"name"`
			Value any    `json:"value"`
		} `json:"metadata"`
	}
	if err := one(out, &raw); err != nil {
		return Response{}, bad(script, "gave no JSON object with a version ("+err.Error()+")", out)
	}
	if len(raw.Version) == 0 {
		return Response{}, bad(script, "gave no version", out)
	}
	v, err := parseVersion(raw.Version)
	if err != nil {
		return Response{}, bad(script, "gave a version that "+err.Error(), out)
	}
	r := Response{Version: v}
	for _, m := range raw.Metadata {
		r.Metadata = append(r.Metadata, Metadata{m.Name, text(m.Value)})
	}
	return r, nil
}

// one decodes exactly one JSON value.
func one(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case len(bytes.TrimSpace(data)) == 0:
		return errors.New("nothing at all")
	case errors.As(err, &syntax):
		return fmt.Errorf("%s at byte %d", syntax.Error(), syntax.Offset)
	case errors.As(err, &typ):
		return fmt.Errorf("%s where the protocol has something else", typ.Value)
	}
	return err
}

func parseVersion(raw json.RawMessage) (Version, error) {
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return nil, fmt.Errorf("is no object of strings but %s", kindOf(raw))
	}
	v := Version{}
	for k, field := range fields {
		s, ok := field.(string)
		if !ok {
			encoded, _ := json.Marshal(field)
			return nil, fmt.Errorf("has %s where %q wants a string", kindOf(encoded), k)
		}
		v[k] = s
	}
	return v, nil
}

// kindOf names a JSON value by its first byte.
func kindOf(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	}
	return "a number"
}

// text is metadata as people read it; programs print numbers and booleans too.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, _ := json.Marshal(v)
	return string(b)
}

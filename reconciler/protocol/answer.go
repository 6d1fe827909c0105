package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Metadatum is one line that a resource says about a version.
type Metadatum struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Answer is what in and out say: the version they got or made.
type Answer struct {
	Version  map[string]string `json:"version"`
	Metadata []Metadatum       `json:"metadata"`
}

// ParseVersions reads what check says: a list of versions, oldest first. null
// and nothing at all are the empty list.
func ParseVersions(result []byte) ([]map[string]string, error) {
	var out []map[string]string
	if len(bytes.TrimSpace(result)) == 0 {
		return nil, nil
	}
	if err := strict(result, &out); err != nil {
		return nil, fmt.Errorf("check answered %s: want a list of versions, each an object of strings: %w", excerpt(result), err)
	}
	for i, v := range out {
		if len(v) == 0 {
			return nil, fmt.Errorf("check answered %s: version %d is empty", excerpt(result), i+1)
		}
		if err := noSecret(v); err != nil {
			return nil, fmt.Errorf("check answered %s: version %d: %w", excerpt(result), i+1, err)
		}
	}
	return out, nil
}

// ParseAnswer reads what in or out (which) says.
func ParseAnswer(which string, result []byte) (Answer, error) {
	var out Answer
	if err := strict(result, &out); err != nil {
		return Answer{}, fmt.Errorf("%s answered %s: want {\"version\": {…}, \"metadata\": […]}: %w", which, excerpt(result), err)
	}
	if len(out.Version) == 0 {
		return Answer{}, fmt.Errorf("%s answered %s: there is no version in it", which, excerpt(result))
	}
	if err := noSecret(out.Version); err != nil {
		return Answer{}, fmt.Errorf("%s answered %s: its version: %w", which, excerpt(result), err)
	}
	return out, nil
}

// redacted is what workers write where a secret stood.
const redacted = "((redacted))"

// noSecret refuses a version that held a secret: it is kept for ever and shown to
// all, and what stands there now would name another one.
func noSecret(version map[string]string) error {
	for k, v := range version {
		if strings.Contains(k, redacted) || strings.Contains(v, redacted) {
			return fmt.Errorf("%q holds the value of a secret: a version is kept and shown, so nothing secret may be in it", k)
		}
	}
	return nil
}

// strict reads exactly one JSON value.
func strict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// excerpt is the beginning of an answer on one line.
func excerpt(b []byte) string {
	const most = 80
	s := strings.Join(strings.Fields(strings.ToValidUTF8(string(b), "?")), " ")
	if s == "" {
		return "nothing"
	}
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}

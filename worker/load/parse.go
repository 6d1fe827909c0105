package load

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

func parse(format string, text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is no text in UTF-8")
	}
	switch format {
	case "json":
		return parseJSON(text)
	case "yaml":
		return parseYAML(text)
	case "trim":
		return strings.TrimSpace(string(text)), nil
	case "raw":
		return string(text), nil
	}
	return nil, fmt.Errorf("no format is called %q", format)
}

// parseJSON reads exactly one value. Numbers keep all their digits.
func parseJSON(text []byte) (any, error) {
	var v any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return nil, badJSON(text, dec.InputOffset(), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("it is no JSON: something follows the value")
	}
	return v, nil
}

// badJSON says where, and not what is there: it may be half a secret.
func badJSON(text []byte, at int64, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = syntax.Offset - 1 // it counts the byte that is wrong
	}
	before := text[:min(max(at, 0), int64(len(text)))]
	return fmt.Errorf("it is no JSON: line %d, column %d", 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n'))
}

// parseYAML reads exactly one document. Times stay as they are written.
func parseYAML(text []byte) (any, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty")
	} else if err != nil {
		return nil, badYAML(err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("it has more than one YAML document")
	}
	asWritten(&doc)
	var v any
	if err := doc.Decode(&v); err != nil {
		return nil, badYAML(err)
	}
	return plain(v)
}

// badYAML keeps the place of an error and leaves out what it quotes.
func badYAML(err error) error {
	text, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "yaml: "), "`")
	if first, _, cut := strings.Cut(text, "\n"); cut {
		text = first
	}
	return fmt.Errorf("it is no YAML: %s", strings.TrimSpace(text))
}

// asWritten makes strings of times: JSON has none.
func asWritten(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, c := range n.Content {
		asWritten(c)
	}
}

// plain is a value as JSON has it: keys are strings.
func plain(v any) (any, error) {
	switch v := v.(type) {
	case map[any]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			p, err := plain(x)
			if err != nil {
				return nil, err
			}
			out[fmt.Sprint(k)] = p
		}
		return out, nil
	case map[string]any:
		for k, x := range v {
			p, err := plain(x)
			if err != nil {
				return nil, err
			}
			v[k] = p
		}
	case []any:
		for i, x := range v {
			p, err := plain(x)
			if err != nil {
				return nil, err
			}
			v[i] = p
		}
	case float64:
		if _, err := json.Marshal(v); err != nil {
			return nil, errors.New("it has a number that is infinite, or none")
		}
	}
	return v, nil
}

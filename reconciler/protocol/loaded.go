package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// What a loaded value may be: it is read from a file that any task may have made.
const (
	mostDepth    = 100
	mostExponent = 1000
	mostDigits   = 1000
)

// ParseLoaded reads what a load answers: a value, or what is wrong with the file.
func ParseLoaded(result []byte) (graph.Value, error) {
	var a struct {
		Value json.RawMessage `json:"value"`
		Error string          `json:"error"`
	}
	err := strict(result, &a)
	if err == nil && a.Error != "" {
		return nil, errors.New(a.Error)
	}
	var v any
	if err == nil {
		dec := json.NewDecoder(strings.NewReader(string(a.Value)))
		dec.UseNumber()
		err = dec.Decode(&v)
	}
	if err != nil { // it would quote the value, which perhaps nobody may see
		return nil, errors.New("the worker's answer holds no value")
	}
	return fromJSON(v, 0)
}

func fromJSON(v any, depth int) (graph.Value, error) {
	if depth > mostDepth {
		return nil, fmt.Errorf("its value is nested more than %d deep", mostDepth)
	}
	var err error
	switch v := v.(type) {
	case bool:
		return graph.Bool(v), nil
	case string:
		return graph.String(v), nil
	case json.Number:
		return plainNumber(string(v))
	case []any:
		out := make(graph.List, len(v))
		for i := range v {
			if out[i], err = fromJSON(v[i], depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(graph.Map, len(v))
		for k := range v {
			if out[k], err = fromJSON(v[k], depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return graph.Null{}, nil
}

// plainNumber is a number without an exponent. One that would become a page of
// zeros is refused.
func plainNumber(text string) (graph.Value, error) {
	tooLarge := errors.New("it has a number that is too large, or has too many digits")
	if len(text) > mostDigits {
		return nil, tooLarge
	}
	if !strings.ContainsAny(text, ".eE") && text != "-0" {
		return graph.Number(text), nil
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		if e, err := strconv.Atoi(text[at+1:]); err != nil || e > mostExponent || e < -mostExponent {
			return nil, tooLarge
		}
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, tooLarge
	}
	if r.Sign() == 0 {
		return graph.Number("0"), nil
	}
	digits := r.FloatString(mostExponent + mostDigits) // as many as there can be
	return graph.Number(strings.TrimSuffix(strings.TrimRight(digits, "0"), ".")), nil
}

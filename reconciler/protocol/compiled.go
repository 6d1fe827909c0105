package protocol

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/weirci/weir/compiler/graph"
)

// mostGraph bounds a graph that a step has compiled, unpacked.
const mostGraph = 32 << 20

// ParseCompiled reads what the worker answers that has compiled a pipeline: the
// canonical bytes of its graph, which nobody has looked at yet, or what is wrong.
func ParseCompiled(result []byte) (graph []byte, err error) {
	var a struct {
		Graph []byte `json:"graph"` // gzip
		Error string `json:"error"`
	}
	if err := strict(result, &a); err != nil {
		return nil, errors.New("the worker's answer holds no graph")
	}
	if a.Error != "" {
		return nil, errors.New(a.Error)
	}
	z, err := gzip.NewReader(bytes.NewReader(a.Graph))
	if err != nil {
		return nil, errors.New("the worker's answer holds no graph")
	}
	out, err := io.ReadAll(io.LimitReader(z, mostGraph+1))
	if err != nil {
		return nil, errors.New("the graph in the worker's answer is not whole")
	}
	if len(out) > mostGraph {
		return nil, fmt.Errorf("the pipeline's graph is larger than %d MiB", mostGraph>>20)
	}
	return out, nil
}

// mostSlug bounds what of the values of an instance stands in its name, in letters.
const mostSlug = 40

// PipelineName is the name of the pipeline that a step sets. Instances of one name
// have the values that tell them apart in theirs: to read, and as a digest, so that
// different values are different names.
func PipelineName(name string, instance graph.Map) (string, error) {
	if len(instance) == 0 {
		return name, nil
	}
	b, err := graph.EncodeMap(instance)
	if err != nil {
		return "", fmt.Errorf("instance: %w", err)
	}
	sum := sha256.Sum256(append([]byte("weir/instance/v1\x00"), b...))
	var words []string
	for _, k := range slices.Sorted(maps.Keys(instance)) {
		if text, present, err := EnvText(instance[k]); err == nil && present {
			words = append(words, text)
		}
	}
	words = strings.FieldsFunc(strings.Join(words, " "), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	slug := []rune(strings.Join(words, "-"))
	words = append([]string{name}, strings.Trim(string(slug[:min(len(slug), mostSlug)]), "-"), hex.EncodeToString(sum[:4]))
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), "-"), nil
}

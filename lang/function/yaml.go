package function

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"go.yaml.in/yaml/v3"
)

// yamlDecodeBound counts what an alias stands for each time that it is used: a
// few lines of aliases of aliases are billions of values.
func yamlDecodeBound(args []cty.Value) int64 {
	text := textOf(args, 0)
	if n := decodeBound(args); n > MaxResult || !strings.Contains(text, "*") {
		return n
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return 0 // not read by anything
	}
	return int64(len(text)) + expanded(&doc, map[*yaml.Node]int64{})
}

// expanded is the size of a node; that of an anchor is known before its aliases
// are, and an alias inside of its own anchor is too much.
func expanded(n *yaml.Node, anchors map[*yaml.Node]int64) int64 {
	if n.Kind == yaml.AliasNode {
		if s, ok := anchors[n.Alias]; ok {
			return s
		}
		return MaxResult + 1
	}
	total := int64(perElement + len(n.Value))
	for _, c := range n.Content {
		total = min(total+expanded(c, anchors), MaxResult+1)
	}
	if n.Anchor != "" {
		anchors[n] = total
	}
	return total
}

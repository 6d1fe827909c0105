package lint

import (
	"regexp"
	"strings"
	"sync"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// cueNames finds the names in a text of CUE. Compiled once.
var cueNames = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\pL_$#][\pL\pN_$#-]*`) })

// words counts the names in the files that are written in CUE.
func words(src *diag.Sources) map[string]int {
	counts := map[string]int{}
	for _, f := range src.Files() {
		if !strings.HasSuffix(f, ".cue") {
			continue
		}
		for _, w := range cueNames().FindAll(src.Text(f), -1) {
			counts[string(w)]++
		}
	}
	return counts
}

// inCUE reports whether CUE itself may use a variable or a local value, which
// leaves no trace in the tree: as vars.NAME in a comprehension, or by the field
// that a tag is on.
func (p *pass) inCUE(n config.Name) bool {
	if !strings.HasSuffix(n.Range.File, ".cue") {
		return false
	}
	text := p.Sources.Text(n.Range.File)
	label := strings.Trim(string(text[min(n.Range.Start.Byte, len(text)):min(n.Range.End.Byte, len(text))]), `"`)
	return p.words()[label] > 1
}

package hcl

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed about.txt
var aboutText string

// Kind is what an argument takes, in a word.
type Kind string

// The kinds of arguments.
const (
	Any       Kind = "any"
	Text      Kind = "string"
	Bool      Kind = "bool"
	Number    Kind = "number"
	Duration  Kind = "duration"
	Size      Kind = "size"
	List      Kind = "list" // of strings
	Map       Kind = "map"  // of strings
	Word      Kind = "word" // one of Words
	Words     Kind = "words"
	Condition Kind = "condition"
	TypeExpr  Kind = "type"
	Image     Kind = "image"
	Version   Kind = "version"
	Artifacts Kind = "artifacts"
	Resource  Kind = "resource" // a reference
	Task      Kind = "task"     // a reference
	Jobs      Kind = "jobs"     // references
)

// note is one line of about.txt.
type note struct {
	kind  Kind
	words []string
	text  string
}

// notes reads about.txt, when somebody asks for the first time.
var notes = sync.OnceValue(func() map[string]note {
	all := map[string]note{}
	for line := range strings.Lines(aboutText) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		parts := strings.SplitN(line, " | ", 3)
		n := note{text: parts[len(parts)-1]}
		if len(parts) == 3 {
			words := strings.Fields(parts[1])
			n.kind, n.words = Kind(words[0]), words[1:]
		}
		all[parts[0]] = n
	}
	return all
})

// about is the note of a block, or of an argument of it, with the blocks around
// it: the most exact one counts.
func about(around, block, argument string) note {
	keys := []string{around + "." + block, block}
	if argument != "" {
		keys = []string{around + "." + block + "." + argument, block + "." + argument, "*." + argument}
	}
	for _, k := range keys {
		if n, ok := notes()[k]; ok && (n.kind != "") == (argument != "") {
			return n
		}
	}
	return note{}
}

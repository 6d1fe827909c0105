package hcl

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/weirci/weir/lang/diag"
)

// eachBlock walks the language: every block inside of every other, once.
func eachBlock(do func(b *Block, path string)) {
	seen := map[string]bool{}
	var walk func(b *Block, path string)
	walk = func(b *Block, path string) {
		if key := fmt.Sprint(b.around, b.Type, b.form.what); !seen[key] {
			seen[key] = true
			do(b, path)
			for _, kind := range b.Blocks() {
				if in := b.Block(kind); in != nil {
					walk(in, path+"/"+kind)
				}
			}
		}
	}
	walk(Schema(), "file")
}

// Every block that a form names has a shape, so editors can look into it.
func TestSchemaIsWhole(t *testing.T) {
	n := 0
	eachBlock(func(b *Block, path string) {
		for _, kind := range b.Blocks() {
			if n++; b.Block(kind) == nil {
				t.Errorf("%s may hold %s, which has no line in shape (schema.go)", path, kind)
			}
		}
	})
	if n < 50 {
		t.Errorf("only %d blocks", n)
	}
}

// Every block and argument is explained, in whole sentences.
func TestSchemaIsExplained(t *testing.T) {
	eachBlock(func(b *Block, path string) {
		if b.Type != "" && !strings.HasSuffix(b.About(), ".") {
			t.Errorf("%s has no sentence in about.txt", path)
		}
		for _, a := range b.Arguments() {
			if !strings.HasSuffix(strings.TrimRight(a.About, "`)"), ".") || a.Kind == "" {
				t.Errorf("%s.%s has no kind or no sentence in about.txt: %q", path, a.Name, a.About)
			}
		}
	})
}

func TestAboutHasOnlyKnownKinds(t *testing.T) {
	kinds := map[Kind]bool{"": true}
	for _, k := range []Kind{Any, Text, Bool, Number, Duration, Size, List, Map, Word, Words, Condition, TypeExpr, Image, Version, Artifacts, Resource, Task, Jobs} {
		kinds[k] = true
	}
	for name, n := range notes() {
		if !kinds[n.kind] {
			t.Errorf("%s is of the kind %q", name, n.kind)
		}
	}
}

// What the schema says of labels is what reading a file wants.
func TestSchemaLabels(t *testing.T) {
	eachBlock(func(b *Block, path string) {
		if b.Type == "" {
			return
		}
		names, optional := b.Labels()
		for n := range len(names) + 2 {
			want := n == len(names) || n == 0 && optional
			if got := !wrongLabels(path, n); got != want {
				t.Errorf("%s with %d labels: the schema says %v, reading it %v", path, n, want, got)
			}
		}
	})
}

// wrongLabels reads the last block of a path with n labels.
func wrongLabels(path string, n int) bool {
	kinds := strings.Split(path, "/")[1:]
	text, at := "", Schema()
	for i, kind := range kinds {
		at = at.Block(kind)
		names, _ := at.Labels()
		count := len(names)
		if i == len(kinds)-1 {
			count = n
		}
		text += kind + strings.Repeat(` "x"`, count) + " {\n"
	}
	var r reader
	r.parse("test", piece{text: []byte(text + strings.Repeat("}\n", len(kinds))), start: hcl.InitialPos})
	for _, d := range r.list {
		if d.Code == diag.WrongLabels && d.Range.Start.Line == len(kinds) {
			return true
		}
	}
	return false
}

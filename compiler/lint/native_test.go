package lint

import (
	"slices"
	"testing"
)

// What CUE computes with is used, though no expression of the language names it.
func TestUsedByCUE(t *testing.T) {
	const text = `package p
import "weir.dev/schema@v0"
_branch: *"main" | string @tag(branch)
_gone: *"x" | string @tag(gone)
schema.#Pipeline & {
	name: "p"
	vars: many: *["a", "b"] | [...string]
	vars: nobody: *1 | int
	locals: few: ["true"]
	locals: none: ["true"]
	resources: app: {type: "git", source: {uri: "https://git.example.com/\(_branch)"}}
	jobs: a: steps: [{get: "app", trigger: true}, for x in vars.many {
		task: x, inputs: ["app"], timeout: "1h", run: locals.few
		image: "a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	}]
}
`
	got, want := codes(Run(read(t, map[string]string{"p.cue": text}))), []string{"W4005:4", "W4005:8", "W4006:10"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

package lint

import (
	"slices"
	"testing"
)

// The same pipeline in CUE gives the same findings at its own places, silenced
// by its own comments and weighed by its own weir field.
func TestCUE(t *testing.T) {
	files := map[string]string{"pipeline.cue": `package pipeline

import "weir.dev/schema@v0"

schema.#Pipeline & {
	name: "shop"
	weir: lint: W4001: "off"
	vars: unused: "x"
	resources: app: {type: "git", source: {uri: "https://git.example.com/app.git", brnch: "main"}}
	resources: old: {type: "git", source: {uri: "https://git.example.com/old.git"}}
	tasks: go: {image: "docker.io/library/golang:1.26", inputs: ["app"], run: ["go", "test"]}
	jobs: unit: steps: [
		{get: "app", trigger: true},
		{task: "test", uses: "go", timeout: "1h"},
		{task: "endless", uses: "go"}, // weir:ignore W4010 it is stopped by hand
		{task: "late", uses: "go"},
		// weir:ignore W4011 it mounts file systems
		{task: "mount", uses: "go", timeout: "1h", privileged: true},
	]
}
`}
	in := read(t, files)
	if got := codes(Run(in)); !slices.Equal(got, []string{"W4005:8", "W4020:9", "W4003:10", "W4010:16"}) {
		t.Errorf("got %v\n%s", got, shown(t, Run(in), in.Sources))
	}
}

package taskfile_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirci/weir/worker/taskfile"
)

func read(t *testing.T, name, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	request, _ := json.Marshal(taskfile.Request{File: name})
	if code := taskfile.Main(dir, bytes.NewReader(request), &out, &log); code != 0 {
		t.Fatalf("exit code %d: %s", code, &log)
	}
	return strings.TrimSpace(out.String())
}

// One task, in all its notations.
func TestNotations(t *testing.T) {
	const want = `{"task":{"image":"golang:1.26","run":["go","test"],"dir":"app","user":"nobody","env":{"A":"x","N":"3","NONE":""},` +
		`"inputs":[{"name":"app"}],"outputs":[{"name":"out"}],"caches":["/cache"],"memory_bytes":536870912}}`
	for name, text := range map[string]string{
		"t.hcl": `
			image   = "golang:1.26"
			run     = ["go", "test"]
			dir     = "app"
			user    = "nobody"
			env     = { A = "x", N = 3, NONE = null }
			inputs  = ["app"]
			outputs = ["out"]
			caches  = ["/cache"]
			limits { memory = "512MiB" }`,
		"t.yml": "image: golang:1.26\nrun: [go, test]\ndir: app\nuser: nobody\nenv: {A: x, N: 3, NONE: null}\ninputs: [app]\noutputs: [out]\ncaches: [/cache]\nlimits: {memory: 512MiB}\n",
		"t.json": `{"image": "golang:1.26", "run": ["go", "test"], "dir": "app", "user": "nobody", "env": {"A": "x", "N": 3, "NONE": null},
			"inputs": ["app"], "outputs": ["out"], "caches": ["/cache"], "limits": {"memory": 536870912}}`,
		"concourse.yml": `
platform: linux
image_resource:
  type: registry-image
  source: {repository: golang, tag: 1.26}
inputs: [{name: app}]
outputs: [{name: out, path: ./out}]
caches: [{path: /cache}]
params: {A: x, N: 3, NONE: }
container_limits: {cpu: 512, memory: 512MiB}
run: {path: go, args: [test], dir: app, user: nobody}
`,
	} {
		if got := read(t, name, text); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
	}
}

func TestConcourse(t *testing.T) {
	for text, want := range map[string]string{
		"platform: linux\ninputs: [{name: a, path: b/c, optional: true}]\nrun: {path: a/test.sh}":      `{"task":{"run":["a/test.sh"],"inputs":[{"name":"a","path":"b/c","optional":true}]}}`,
		"image_resource: {type: docker-image, source: {repository: r}, version: {digest: 'sha256:1'}}": `{"task":{"image":"r@sha256:1"}}`,
		"platform: windows\nrun: {path: x}":                                                            "platform: it is \\\"windows\\\"",
		"rootfs_uri: docker:///x\nrun: {path: x}":                                                      "rootfs_uri: a directory",
		"image_resource: {type: s3, source: {}}\nrun: {path: x}":                                       "image_resource.type: \\\"s3\\\" brings no image",
		"image_resource: {type: registry-image, source: {repository: r, password: x}}\nrun: {path: x}": "image_resource.source.password: there is no such argument here; known are repository, tag",
		"run: {path: [x]}":         "run.path: it is a list, want a string",
		"run: {path: x}\nprams: 1": "prams: there is no such argument",
	} {
		if got := read(t, "t.yml", text); !strings.Contains(got, want) {
			t.Errorf("%s:\ngot  %s\nwant %s", text, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"t.hcl", `image = "${secret.main.token}"`, "Variables not allowed"},
		{"t.hcl", `image = upper("x")`, "Function calls not allowed"},
		{"t.hcl", `image = `, "t.hcl:1,"},
		{"t.hcl", `service "db" {}`, "services and hooks stand in the pipeline"},
		{"t.yml", `privileged: true`, "rights are given in the pipeline"},
		{"t.yml", `[a]`, "it is no task"},
		{"t.yml", `imag: x`, "imag: there is no such argument here; known are caches,"},
		{"t.yml", `inputs: [{name: a}]`, "inputs[0]: it is an object, want a string"},
		{"t.yml", `env: [a]`, "env: it is a list, want an object"},
		{"t.yml", `limits: {memory: much}`, `limits.memory: \"much\" is no size`},
		{"t.yml", `limits: {cpu: -1}`, `limits.cpu: it is -1, want a number`},
		{"t.yml", `hermetic: 3`, "hermetic: it is a number, want true or false"},
	} {
		if got := read(t, tt.name, tt.text); !strings.Contains(got, `"error"`) || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

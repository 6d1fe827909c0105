package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sourcegraph/jsonrpc2"
)

// pipes are both ends of a process's standard input and output.
type pipes struct {
	io.Reader
	io.WriteCloser
}

// A session of an editor with the real program: what is typed is compiled and
// linted, completed and mended.
func TestLanguageServer(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pipeline.weir.hcl")
	text := "pipeline \"p\" {}\nvariable \"unused\" {\n  default = 1\n}\nresource \"mock\" \"app\" {}\njob \"unit\" {\n  /* 🚢 */ get \"apq\" { trigger = true }\n}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(bin, "weir"), "lsp")
	var logged strings.Builder
	cmd.Stderr = &logged
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	published := make(chan string, 10)
	listen := jsonrpc2.HandlerWithError(func(_ context.Context, _ *jsonrpc2.Conn, r *jsonrpc2.Request) (any, error) {
		published <- string(*r.Params)
		return nil, nil
	})
	conn := jsonrpc2.NewConn(t.Context(), jsonrpc2.NewBufferedStream(pipes{out, in}, jsonrpc2.VSCodeObjectCodec{}), listen)
	uri := "file://" + path
	document := map[string]any{"uri": uri}
	ask := func(method string, params any) string {
		t.Helper()
		var result json.RawMessage
		if err := conn.Call(t.Context(), method, params, &result); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		return string(result)
	}
	wants := func(got string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%q is not in %s", w, got)
			}
		}
	}
	wants(ask("initialize", map[string]any{"processId": os.Getpid(), "rootUri": nil, "capabilities": map[string]any{}}), `"renameProvider"`, `"utf-16"`)
	tell := func(method string, params any) {
		t.Helper()
		if err := conn.Notify(t.Context(), method, params); err != nil {
			t.Fatal(err)
		}
	}
	tell("initialized", map[string]any{})
	tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "hcl", "version": 1, "text": text}})
	wants(<-published, `"W1003"`, `"version":1`, `"start":{"character":15,"line":6}`)
	wants(ask("textDocument/codeAction", map[string]any{"textDocument": document, "range": map[string]any{
		"start": map[string]int{"line": 6, "character": 16}, "end": map[string]int{"line": 6, "character": 16}}}), `"newText":"\"app\""`)
	tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 2}, "contentChanges": []any{map[string]any{
		"range": map[string]any{"start": map[string]int{"line": 6, "character": 16}, "end": map[string]int{"line": 6, "character": 19}}, "text": "app"}}})
	wants(<-published, `"version":2`, `"severity":2`) // it compiles, and lint says that nobody uses the variable
	wants(ask("textDocument/completion", map[string]any{"textDocument": document, "position": map[string]int{"line": 6, "character": 16}}), `"label":"app"`)
	ask("shutdown", nil)
	tell("exit", nil)
	if err := cmd.Wait(); err != nil || logged.Len() > 0 {
		t.Errorf("the end: %v\n%s", err, logged.String())
	}
}

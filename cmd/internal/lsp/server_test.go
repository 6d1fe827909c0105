package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sourcegraph/jsonrpc2"
	"go.uber.org/goleak"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// compile is the check of these tests.
func compile(_ context.Context, dir string, unsaved map[string][]byte) diag.List {
	cfg, _, list := lang.Load(dir, config.Inputs{Unsaved: unsaved})
	_, more := compiler.Compile(cfg)
	list.Append(more...)
	return list
}

func nothingWrong(context.Context, string, map[string][]byte) diag.List { return nil }

// folder is a directory with files, and the URI of a file in it.
func folder(t *testing.T, files map[string]string) (dir string, uri func(name string) string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, func(name string) string { return "file://" + filepath.Join(dir, name) }
}

const unit = `pipeline "p" {}

resource "mock" "app" {}

job "unit" {
  get "app" {}
}
`

func TestSession(t *testing.T) {
	_, uri := folder(t, map[string]string{"a.weir.hcl": unit})
	e := talk(t, compile).hello()
	b := uri("b.weir.hcl")
	e.open(b, "job \"ship\" {\n  get \"app\" {\n    passed = [job.]\n  }\n}\n")

	var list completionList
	e.must("textDocument/completion", at(b, 2, 18), &list)
	if n := len(list.Items); n != 2 || list.Items[1].Label != "unit" || list.Items[1].TextEdit.Range != (span{position{2, 18}, position{2, 18}}) {
		t.Errorf("completion: %+v", list.Items)
	}
	e.must("textDocument/completion", at(b, 1, 2), &list)
	if i := slices.IndexFunc(list.Items, func(i completionItem) bool { return i.Label == "get" }); i < 0 || list.Items[i].Format != snippet || list.Items[i].Documentation == nil {
		t.Errorf("completion of blocks: %+v", list.Items)
	}
	var h hover
	e.must("textDocument/hover", at(b, 1, 8), &h)
	if !strings.Contains(h.Contents.Value, `resource "mock" "app"`) {
		t.Errorf("hover: %+v", h)
	}
	var places []location
	e.must("textDocument/definition", at(b, 1, 8), &places)
	if len(places) != 1 || places[0] != (location{uri("a.weir.hcl"), span{position{2, 17}, position{2, 20}}}) {
		t.Errorf("definition: %+v", places)
	}
	e.must("textDocument/references", at(b, 1, 8), &places)
	if len(places) != 2 {
		t.Errorf("references: %+v", places)
	}
	var symbols []documentSymbol
	e.must("textDocument/documentSymbol", at(b, 0, 0), &symbols)
	if len(symbols) != 1 || symbols[0].Name != `job "ship"` || symbols[0].Children[0].Name != `get "app"` {
		t.Errorf("symbols: %+v", symbols)
	}
	e.must("textDocument/hover", at(b, 3, 0), nil) // nothing is there
	e.bye()
}

// Texts change in pieces, counted in UTF-16, and the problems follow them.
func TestProblemsWhileTyping(t *testing.T) {
	_, uri := folder(t, map[string]string{"a.weir.hcl": unit})
	e := talk(t, compile).hello()
	b := uri("b.weir.hcl")
	e.open(b, "job \"ship\" {\n  description = \"🚢 it\"\n  get \"app\" { passed = [job.unitt] }\n}\n")
	p := e.problems(b)
	if len(p.Diagnostics) != 1 || *p.Version != 1 || p.Diagnostics[0].Code != "W1004" || p.Diagnostics[0].Range != (span{position{2, 28}, position{2, 33}}) {
		t.Fatalf("%+v", p)
	}
	var actions []codeAction
	e.must("textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": b}, "range": p.Diagnostics[0].Range, "context": map[string]any{}}, &actions)
	if len(actions) != 1 || actions[0].Title != "Change to unit" || actions[0].Edit.Changes[b][0] != (textEdit{p.Diagnostics[0].Range, "unit"}) {
		t.Errorf("actions: %+v", actions)
	}
	e.must("textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": b}, "range": span{}, "context": map[string]any{}}, &actions)
	if len(actions) != 0 {
		t.Errorf("elsewhere: %+v", actions)
	}
	e.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": b, "version": 2}, "contentChanges": []any{
		map[string]any{"range": span{position{1, 17}, position{1, 19}}, "text": "⛵⛵"}, // the ship is two units
		map[string]any{"range": p.Diagnostics[0].Range, "text": "unit"},
	}})
	if p := e.problems(b); len(p.Diagnostics) != 0 || *p.Version != 2 {
		t.Errorf("%+v", p)
	}
	var edits []textEdit
	e.must("textDocument/formatting", map[string]any{"textDocument": map[string]any{"uri": b}, "options": map[string]any{}}, &edits)
	if len(edits) != 0 {
		t.Errorf("the text is not what was typed: %+v", edits)
	}
	e.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": b, "version": 3}, "contentChanges": []any{map[string]any{"text": "job \"ship\" {\nx=1\n"}}})
	if p := e.problems(b); len(p.Diagnostics) == 0 || *p.Version != 3 {
		t.Errorf("%+v", p)
	}
	e.tell("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": b}})
	if p := e.problems(b); len(p.Diagnostics) != 0 || p.Version != nil {
		t.Errorf("after it was closed: %+v", p)
	}
	e.bye()
}

func TestRenameEverywhere(t *testing.T) {
	_, uri := folder(t, map[string]string{"a.weir.hcl": unit})
	e := talk(t, compile).hello()
	b := uri("b.weir.hcl")
	e.open(b, "job \"ship\" {\n  description = \"🚢${job.unit}\"\n}\n")
	var r renameable
	e.must("textDocument/prepareRename", at(b, 1, 26), &r)
	if r.Placeholder != "unit" || r.Range != (span{position{1, 25}, position{1, 29}}) {
		t.Errorf("%+v", r)
	}
	rename := at(b, 1, 26)
	rename["newName"] = "fast"
	var edit workspaceEdit
	e.must("textDocument/rename", rename, &edit)
	if len(edit.Changes) != 2 || edit.Changes[b][0] != (textEdit{r.Range, "fast"}) || edit.Changes[uri("a.weir.hcl")][0] != (textEdit{span{position{4, 5}, position{4, 9}}, "fast"}) {
		t.Errorf("%+v", edit)
	}
	rename["newName"] = "ship"
	if m := e.refused("textDocument/rename", rename, codeFailed); !strings.Contains(m, "job.ship exists already") {
		t.Error(m)
	}
	e.bye()
}

// A module's file shows what the pipeline that calls it finds in it, and a module
// by itself is not told that it is no pipeline.
func TestModuleByItself(t *testing.T) {
	_, uri := folder(t, map[string]string{"m/a.weir.hcl": "variable \"x\" { type = string }\nlocals {\n  y = var.z\n}\n"})
	e := talk(t, compile).hello()
	b := uri("m/a.weir.hcl")
	e.open(b, "variable \"x\" { type = string }\nlocals {\n  y = var.z\n}\n")
	if p := e.problems(b); len(p.Diagnostics) != 1 || p.Diagnostics[0].Code != "W1002" {
		t.Errorf("%+v", p)
	}
	e.bye()
}

// What is in no file shows where the first file begins.
func TestProblemsWithoutAFile(t *testing.T) {
	_, uri := folder(t, map[string]string{"a.weir.hcl": unit})
	e := talk(t, func(context.Context, string, map[string][]byte) (l diag.List) {
		l.Append(diag.Diagnostic{Code: diag.Undeclared, Summary: "Value for nothing", Range: diag.Range{File: "<--var x>"}, Severity: diag.Warning,
			Related: []diag.Related{{Message: "nowhere", Range: diag.Range{File: "<--var x>"}}}})
		return l
	}).hello()
	e.open(uri("b.weir.hcl"), "")
	if p := e.problems(uri("a.weir.hcl")); len(p.Diagnostics) != 1 || p.Diagnostics[0].Severity != severityWarning || p.Diagnostics[0].Range != (span{}) || p.Diagnostics[0].Related != nil {
		t.Errorf("%+v", p)
	}
	e.bye()
}

// A check of a text that has changed is given up, and what it found is not said.
func TestStaleChecksAreGivenUp(t *testing.T) {
	_, uri := folder(t, nil)
	started, given := make(chan string, 10), sync.WaitGroup{}
	e := talk(t, func(ctx context.Context, _ string, texts map[string][]byte) (l diag.List) {
		for path, text := range texts {
			l.Append(diag.Diagnostic{Summary: string(text), Range: diag.Range{File: path}})
			started <- string(text)
			if string(text) == "slow" {
				given.Go(func() { <-ctx.Done() })
				given.Wait()
			}
		}
		return l
	}).hello()
	b := uri("b.weir.hcl")
	e.open(b, "slow")
	if got := <-started; got != "slow" {
		t.Fatal(got)
	}
	e.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": b, "version": 2}, "contentChanges": []any{map[string]any{"text": "quick"}}})
	if p := e.problems(b); len(p.Diagnostics) != 1 || p.Diagnostics[0].Message != "quick" || *p.Version != 2 {
		t.Errorf("%+v", p)
	}
	e.bye()
}

func TestManners(t *testing.T) {
	_, uri := folder(t, map[string]string{"a.weir.hcl": unit})
	e := talk(t, nothingWrong)
	e.refused("textDocument/hover", at(uri("a.weir.hcl"), 0, 0), codeNotInitialized)
	e.hello()
	e.refused("initialize", map[string]any{}, jsonrpc2.CodeInvalidRequest)
	if m := e.refused("textDocument/inlineValue", map[string]any{}, jsonrpc2.CodeMethodNotFound); !strings.Contains(m, "textDocument/inlineValue") {
		t.Error(m)
	}
	e.refused("textDocument/hover", []int{1}, jsonrpc2.CodeInvalidParams)
	e.refused("textDocument/hover", nil, jsonrpc2.CodeInvalidParams)
	e.refused("textDocument/codeAction", "no", jsonrpc2.CodeInvalidParams)
	e.refused("textDocument/hover", at(uri("none.weir.hcl"), 0, 0), jsonrpc2.CodeInvalidParams)
	e.tell("$/setTrace", map[string]any{"value": "off"})
	e.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri("none.weir.hcl")}, "contentChanges": []any{}})
	e.tell("textDocument/didOpen", 5)
	e.tell("$/cancelRequest", map[string]any{"id": 77})
	e.must("textDocument/hover", at(uri("a.weir.hcl"), 0, 3), nil) // a file that is not open
	e.must("textDocument/hover", at(uri("a.weir.hcl"), 99, 99), nil)
	e.must("shutdown", nil, nil)
	e.refused("textDocument/hover", at(uri("a.weir.hcl"), 0, 0), jsonrpc2.CodeInvalidRequest)
	e.tell("exit", nil)
	if err := e.end(); err != nil {
		t.Error(err)
	}
}

func TestBadMessages(t *testing.T) {
	e := talk(t, nothingWrong)
	for text, code := range map[string]int{`{"jsonrpc": "2.0", "id": 1,`: jsonrpc2.CodeParseError, `[]`: jsonrpc2.CodeInvalidRequest, `"hello"`: jsonrpc2.CodeInvalidRequest, ``: jsonrpc2.CodeParseError} {
		e.raw(text)
		if m := e.await("error", func(m message0) bool { return m.Error != nil }); m.Error.Code != code || (len(m.ID) > 0 && !bytes.Equal(m.ID, []byte("null"))) {
			t.Errorf("%q: %+v", text, m.Error)
		}
	}
	e.hello().bye() // and yet they go on
}

// What ends the conversation, and is no end with manners.
func TestEnds(t *testing.T) {
	for name, do := range map[string]func(*editor){
		"no shutdown":     func(e *editor) { e.hello().tell("exit", nil) },
		"gone":            func(e *editor) { e.hello().in.Close() },
		"gone at once":    func(e *editor) { e.in.Close() },
		"a bad header":    func(e *editor) { _, _ = e.in.Write([]byte("Content-Length: -1\r\n\r\n")) },
		"no header":       func(e *editor) { _, _ = e.in.Write([]byte("hello\r\n\r\n")) },
		"half a message":  func(e *editor) { _, _ = e.in.Write([]byte("Content-Length: 10\r\n\r\n{}")); e.in.Close() },
		"a large message": func(e *editor) { _, _ = e.in.Write([]byte("Content-Length: 999999999999\r\n\r\n")) },
	} {
		t.Run(name, func(t *testing.T) {
			e := talk(t, nothingWrong)
			do(e)
			if err := e.end(); !errors.Is(err, ErrNoShutdown) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A request that is cancelled while it is answered has that as its answer, and so
// has one that a bug ends.
func TestAnswersThatEndEarly(t *testing.T) {
	s := &server{Options: Options{Log: nil}, requests: map[string]context.CancelFunc{}}
	ctx, cancel := context.WithCancel(t.Context())
	s.begin(jsonrpc2.ID{Num: 7}.String(), cancel)
	s.cancel(json.RawMessage(`8`))
	if ctx.Err() != nil {
		t.Fatal("another request was cancelled")
	}
	_, err := s.answer(ctx, "x", func() (any, error) { s.cancel(json.RawMessage(`7`)); return 1, nil })
	var e *jsonrpc2.Error
	if !errors.As(err, &e) || e.Code != codeCancelled {
		t.Errorf("%v", err)
	}
	if _, err := s.answer(ctx, "x", func() (any, error) { t.Error("it was asked"); return nil, nil }); err == nil {
		t.Error("no error")
	}
	s.end(jsonrpc2.ID{Num: 7}.String())
	if len(s.requests) != 0 {
		t.Errorf("%v", s.requests)
	}
}

// Documents that are in no directory are worked on by themselves.
func TestUntitled(t *testing.T) {
	e := talk(t, func(_ context.Context, dir string, _ map[string][]byte) diag.List {
		t.Errorf("checked: %s", dir)
		return nil
	}).hello()
	e.open("untitled:1", "locals {\n  a = 1\n  b = local.\n}\n")
	e.open("untitled:2", "locals {\n  c = 1\n}\n")
	var list completionList
	e.must("textDocument/completion", at("untitled:1", 2, 12), &list)
	if len(list.Items) != 2 || list.Items[0].Label != "a" {
		t.Errorf("%+v", list)
	}
	e.bye()
}

// Only the file that has changed is read again.
func TestFilesAreReadOnce(t *testing.T) {
	dir, uri := folder(t, map[string]string{"a.weir.hcl": unit, "b.weir.hcl": "locals {}\n", "notes.txt": "x"})
	f := newFiles()
	first := f.dir(dir)
	if f.dir(dir) != first {
		t.Error("a directory was made twice")
	}
	f.put(uri("b.weir.hcl"), 1, []byte("locals {\n  x = 1\n}\n"))
	second := f.dir(dir)
	a, b := filepath.Join(dir, "a.weir.hcl"), filepath.Join(dir, "b.weir.hcl")
	if second == first || second.File(a) != first.File(a) || second.File(b) == first.File(b) {
		t.Error("the wrong file was read")
	}
	if err := os.WriteFile(a, []byte("pipeline \"longer\" {}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f.dir(dir).File(a) == first.File(a) {
		t.Error("a file that the disk has anew was not read")
	}
}

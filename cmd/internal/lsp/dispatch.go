package lsp

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/weirci/weir/lang/assist"
)

// prepare finds what answers a request. What it gives sees everything as it is
// now, whenever it is called.
func (s *server) prepare(r *jsonrpc2.Request) (func() (any, error), error) {
	switch at := s.at(); {
	case r.Method == "initialize" && at == greeting:
		return s.initialize(r)
	case at == greeting:
		return nil, &jsonrpc2.Error{Code: codeNotInitialized, Message: "the first request is initialize"}
	case at != talking || r.Method == "initialize":
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidRequest, Message: r.Method + " cannot come now"}
	case r.Method == "shutdown":
		s.move(down)
		return func() (any, error) { return nil, nil }, nil
	}
	return s.question(r)
}

// question is a request about a document.
func (s *server) question(r *jsonrpc2.Request) (func() (any, error), error) {
	if r.Method == "textDocument/codeAction" {
		var p actionParams
		if err := decode(r, &p); err != nil {
			return nil, err
		}
		return func() (any, error) { return s.actions(pathOf(p.TextDocument.URI), p.Range), nil }, nil
	}
	ask, ok := questions[r.Method]
	if !ok {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: fmt.Sprintf("there is no method %q", r.Method)}
	}
	var p placeParams
	if err := decode(r, &p); err != nil {
		return nil, err
	}
	path := pathOf(p.TextDocument.URI)
	dir := s.files.dir(dirOf(path))
	file := dir.File(path)
	if file == nil {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: path + " is not open, and no pipeline file on the disk"}
	}
	q := query{server: s, Dir: dir, file: file, params: p, offset: file.Lines.Offset(p.Position.Line, p.Position.Character)}
	return func() (any, error) { return ask(q) }, nil
}

// query is a question about a place in a file.
type query struct {
	*server
	*assist.Dir
	file   *assist.File
	params placeParams
	offset int
}

// questions are the requests about a place or a file. Read only.
var questions = map[string]func(query) (any, error){
	"textDocument/completion":     query.completion,
	"textDocument/hover":          query.hover,
	"textDocument/definition":     query.definition,
	"textDocument/references":     query.references,
	"textDocument/prepareRename":  query.prepareRename,
	"textDocument/rename":         query.rename,
	"textDocument/formatting":     query.formatting,
	"textDocument/documentSymbol": query.symbols,
}

func decode(r *jsonrpc2.Request, to any) error {
	if r.Params == nil {
		return &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: r.Method + " wants params"}
	}
	if err := json.Unmarshal(*r.Params, to); err != nil {
		return &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: fmt.Sprintf("the params of %s: %v", r.Method, err)}
	}
	return nil
}

func (s *server) initialize(r *jsonrpc2.Request) (func() (any, error), error) {
	var p initializeParams
	if err := decode(r, &p); err != nil {
		return nil, err
	}
	s.move(talking)
	s.mu.Lock()
	s.snippets = p.Capabilities.TextDocument.Completion.CompletionItem.SnippetSupport
	s.mu.Unlock()
	return func() (any, error) {
		return map[string]any{"capabilities": capabilities(), "serverInfo": map[string]string{"name": "weir", "version": s.Version}}, nil
	}, nil
}

func (s *server) move(to stage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stage = to
}

// notified does what a notification says. One that is unknown, or makes no
// sense, has nobody to be told.
func (s *server) notified(r *jsonrpc2.Request) {
	if r.Method == "exit" {
		s.exited.Do(func() { close(s.exit) })
		return
	}
	if s.at() != talking {
		return
	}
	if err := s.told(r); err != nil {
		s.Log.Warn("notification", "method", r.Method, "error", err)
	}
}

func (s *server) told(r *jsonrpc2.Request) error {
	switch r.Method {
	case "$/cancelRequest":
		var p cancelParams
		if err := decode(r, &p); err != nil {
			return err
		}
		s.cancel(p.ID)
	case "workspace/didChangeWatchedFiles", "textDocument/didSave":
		s.checker.touch(s.files.directories()...)
	case "textDocument/didOpen", "textDocument/didChange", "textDocument/didClose":
		return s.edited(r)
	}
	return nil
}

// edited takes what the editor does to its texts.
func (s *server) edited(r *jsonrpc2.Request) error {
	var p changeParams
	if err := decode(r, &p); err != nil {
		return err
	}
	var path string
	switch r.Method {
	case "textDocument/didOpen":
		path = s.files.put(p.TextDocument.URI, p.TextDocument.Version, []byte(p.TextDocument.Text))
	case "textDocument/didClose":
		path = s.files.close(p.TextDocument.URI)
	default:
		var ok bool
		if path, ok = s.files.change(p); !ok {
			return errors.New(path + " is not open")
		}
	}
	dirs := s.files.directories() // a pipeline may call the module that has changed
	if filepath.IsAbs(path) {
		dirs = append(dirs, dirOf(path))
	}
	s.checker.touch(dirs...)
	return nil
}

package lsp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/textproto"
	"strconv"
	"testing"
	"time"

	"github.com/weirci/weir/lang/diag"
)

const patience = 10 * time.Second

// editor is the other side: as simple as can be, so that it can also say what no
// editor would.
type editor struct {
	t    *testing.T
	in   io.WriteCloser
	msgs chan message0
	done chan error
	ids  int
}

// message0 is anything that a server says.
type message0 struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// talk starts a server in this process.
func talk(t *testing.T, check func(context.Context, string, map[string][]byte) diag.List) *editor {
	t.Helper()
	fromEditor, toServer := io.Pipe()
	fromServer, toEditor := io.Pipe()
	e := &editor{t: t, in: toServer, msgs: make(chan message0, 100), done: make(chan error, 1)}
	go func() {
		err := Serve(context.Background(), fromEditor, toEditor, Options{Check: check, Log: slog.New(slog.DiscardHandler), Delay: 10 * time.Millisecond, Version: "test"})
		toEditor.Close()
		e.done <- err
	}()
	go e.listen(fromServer)
	return e
}

func (e *editor) listen(r io.Reader) {
	defer close(e.msgs)
	in := bufio.NewReader(r)
	for {
		h, err := textproto.NewReader(in).ReadMIMEHeader()
		if err != nil {
			return
		}
		n, _ := strconv.Atoi(h.Get("Content-Length"))
		body := make([]byte, n)
		if _, err := io.ReadFull(in, body); err != nil {
			return
		}
		var m message0
		if err := json.Unmarshal(body, &m); err != nil {
			e.t.Errorf("the server says %q", body)
		}
		e.msgs <- m
	}
}

func (e *editor) raw(text string) {
	e.t.Helper()
	if _, err := fmt.Fprintf(e.in, "Content-Length: %d\r\n\r\n%s", len(text), text); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) send(v any) {
	e.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		e.t.Fatal(err)
	}
	e.raw(string(b))
}

func (e *editor) tell(method string, params any) {
	e.t.Helper()
	e.send(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
}

// await gives the first message that is wanted, and passes over the others.
func (e *editor) await(what string, wanted func(message0) bool) message0 {
	e.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case m, ok := <-e.msgs:
			if !ok {
				e.t.Fatalf("the server ended before %s", what)
			}
			if wanted(m) {
				return m
			}
		case <-timeout:
			e.t.Fatalf("no %s", what)
		}
	}
}

// ask is a request and its answer.
func (e *editor) ask(method string, params any) message0 {
	e.t.Helper()
	e.ids++
	id := []byte(strconv.Itoa(e.ids))
	e.send(map[string]any{"jsonrpc": "2.0", "id": e.ids, "method": method, "params": params})
	return e.await("answer to "+method, func(m message0) bool { return m.Method == "" && bytes.Equal(m.ID, id) })
}

// must is ask for a request that succeeds.
func (e *editor) must(method string, params, result any) {
	e.t.Helper()
	m := e.ask(method, params)
	if m.Error != nil {
		e.t.Fatalf("%s: %d %s", method, m.Error.Code, m.Error.Message)
	}
	if result != nil {
		if err := json.Unmarshal(m.Result, result); err != nil {
			e.t.Fatalf("%s: %s: %v", method, m.Result, err)
		}
	}
}

// refused is ask for one that fails, with a code.
func (e *editor) refused(method string, params any, code int) string {
	e.t.Helper()
	m := e.ask(method, params)
	if m.Error == nil || m.Error.Code != code {
		e.t.Fatalf("%s: %+v, want the error %d", method, m, code)
	}
	return m.Error.Message
}

// hello begins as editors do.
func (e *editor) hello() *editor {
	e.t.Helper()
	e.must("initialize", map[string]any{"processId": 1, "rootUri": nil, "capabilities": map[string]any{
		"textDocument": map[string]any{"completion": map[string]any{"completionItem": map[string]any{"snippetSupport": true}}}}}, nil)
	e.tell("initialized", map[string]any{})
	return e
}

// bye ends as editors do.
func (e *editor) bye() {
	e.t.Helper()
	e.must("shutdown", nil, nil)
	e.tell("exit", nil)
	if err := e.end(); err != nil {
		e.t.Errorf("the end: %v", err)
	}
}

func (e *editor) end() error {
	e.t.Helper()
	defer e.in.Close()
	timeout := time.After(patience)
	for {
		select {
		case err := <-e.done:
			return err
		case <-e.msgs:
		case <-timeout:
			e.t.Fatal("the server does not end")
		}
	}
}

func (e *editor) open(uri, text string) {
	e.t.Helper()
	e.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "hcl", "version": 1, "text": text}})
}

// problems are the next ones that are published for a document.
func (e *editor) problems(uri string) published {
	e.t.Helper()
	m := e.await("problems of "+uri, func(m message0) bool {
		var p published
		return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) == nil && p.URI == uri
	})
	var p published
	if err := json.Unmarshal(m.Params, &p); err != nil {
		e.t.Fatal(err)
	}
	return p
}

func at(uri string, line, character int) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": position{line, character}}
}

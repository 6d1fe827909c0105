package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/weirci/weir/lang/diag"
)

// Options are what a server needs of its surroundings.
type Options struct {
	// Check says what is wrong with the pipeline in a directory, with texts that
	// stand in the place of files by path. Where the context ends, so may it: what
	// it gives then is not used.
	Check func(ctx context.Context, dir string, unsaved map[string][]byte) diag.List

	Log     *slog.Logger
	Delay   time.Duration // from the last key to Check
	Version string        // of this program
}

// ErrNoShutdown is the end of a conversation without the words for it.
var ErrNoShutdown = errors.New("the editor has gone without a word (no shutdown before exit)")

// Serve answers one editor until it says exit, or is gone.
func Serve(ctx context.Context, in io.ReadCloser, out io.Writer, o Options) error {
	ctx, stop := context.WithCancel(ctx)
	s := &server{Options: o, files: newFiles(), requests: map[string]context.CancelFunc{}, exit: make(chan struct{}), ready: make(chan struct{})}
	s.checker = newChecker(s)
	s.conn = jsonrpc2.NewConn(ctx, newStream(in, out, in.Close), s, jsonrpc2.SetLogger(quiet{o.Log}))
	close(s.ready)
	s.running.Go(func() { s.checker.run(ctx) })
	select {
	case <-s.exit:
	case <-s.conn.DisconnectNotify():
	}
	stop()
	_ = s.conn.Close() // is closed already where the editor went first
	s.running.Wait()
	if s.at() != down {
		return ErrNoShutdown
	}
	return nil
}

// quiet tells the library's log to ours.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, v ...any) { q.log.Warn(fmt.Sprintf(format, v...)) }

type server struct {
	Options
	conn    *jsonrpc2.Conn
	files   *files
	checker *checker
	running sync.WaitGroup
	exit    chan struct{} // closed when the editor says so
	exited  sync.Once
	ready   chan struct{} // closed when conn is there, which reads before it is

	mu       sync.Mutex
	stage    stage
	snippets bool                          // the editor fills in places
	requests map[string]context.CancelFunc // those that are being answered, by id
}

// stage is how far the conversation is.
type stage int

const (
	greeting stage = iota
	talking
	down
)

func (s *server) at() stage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stage
}

// Handle implements jsonrpc2.Handler. It is called with one message after the
// other.
func (s *server) Handle(ctx context.Context, _ *jsonrpc2.Conn, r *jsonrpc2.Request) {
	<-s.ready
	if r.Notif {
		s.notified(r)
		return
	}
	answer, err := s.prepare(r)
	if err != nil {
		s.reply(ctx, r.ID, nil, err)
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	s.begin(r.ID.String(), cancel)
	s.running.Go(func() {
		defer s.end(r.ID.String())
		result, err := s.answer(ctx, r.Method, answer)
		s.reply(context.WithoutCancel(ctx), r.ID, result, err)
	})
}

// answer runs one answer; a panic in it is the end of that only.
func (s *server) answer(ctx context.Context, method string, do func() (any, error)) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("a bug in weir", "method", method, "panic", fmt.Sprint(p))
			err = &jsonrpc2.Error{Code: jsonrpc2.CodeInternalError, Message: fmt.Sprintf("this is a bug in weir: %v", p)}
		}
	}()
	if ctx.Err() == nil {
		result, err = do()
	}
	if ctx.Err() != nil {
		return nil, &jsonrpc2.Error{Code: codeCancelled, Message: "cancelled"}
	}
	return result, err
}

func (s *server) reply(ctx context.Context, id jsonrpc2.ID, result any, err error) {
	if err != nil {
		var e *jsonrpc2.Error
		if !errors.As(err, &e) {
			e = &jsonrpc2.Error{Code: codeFailed, Message: err.Error()}
		}
		err = s.conn.ReplyWithError(ctx, id, e)
	} else {
		err = s.conn.Reply(ctx, id, result)
	}
	if err != nil && !errors.Is(err, jsonrpc2.ErrClosed) {
		s.Log.Warn("cannot answer", "error", err)
	}
}

func (s *server) begin(id string, cancel context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[id] = cancel
}

func (s *server) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.requests[id]; cancel != nil {
		cancel()
	}
	delete(s.requests, id)
}

// cancel ends a request that is being answered, if it still is.
func (s *server) cancel(raw json.RawMessage) {
	var id jsonrpc2.ID
	if json.Unmarshal(raw, &id) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.requests[id.String()]; cancel != nil {
		cancel()
	}
}

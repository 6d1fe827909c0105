package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/logfile"
)

const (
	maxChunk = 256 << 10             // bytes of log in one call
	gather   = 20 * time.Millisecond // a line waits this long for others to go with it
)

// shipper sends one run's log file, in whole records and in order. The server's
// answer is the truth about what it has: wherever it says, the shipper goes on.
// One goroutine at a time uses it; seek may be called by others.
type shipper struct {
	run    *run
	offset int64 // of the first byte that the server does not have
	file   *os.File
	buf    []byte
	seeks  chan int64 // capacity 1, the latest counts

	untilEnd context.Context // ends when the exit is known
	endKnown context.CancelFunc
}

func newShipper(r *run) *shipper {
	s := &shipper{run: r, seeks: make(chan int64, 1)}
	s.untilEnd, s.endKnown = context.WithCancel(r.ctx)
	return s
}

// seek is what the server said at a registration.
func (s *shipper) seek(offset int64) {
	for {
		select {
		case s.seeks <- offset:
			return
		case <-s.seeks:
		}
	}
}

// follow ships what is written until the exit is known. What is then left is for
// reportEnd, which sends the last piece with the exit. ok is false when ctx ends.
func (s *shipper) follow(ctx context.Context, exits <-chan worker.Exit) (exit worker.Exit, ok bool) {
	defer s.endKnown()
	select {
	case exit, ok = <-exits:
		return exit, ok
	case <-s.run.ready:
	}
	tail := s.run.fleet.tail(s.path())
	defer tail.close()
	for {
		select {
		case exit, ok = <-exits:
			return exit, ok
		case s.offset = <-s.seeks:
		case <-tail.grown:
		}
		if exit, ok, done := s.gathered(exits); done {
			return exit, ok
		}
		if !s.drain(ctx) {
			return <-exits, false
		}
	}
}

// gathered waits for more to come, but not longer than the run lasts.
func (s *shipper) gathered(exits <-chan worker.Exit) (exit worker.Exit, ok, done bool) {
	t := time.NewTimer(gather)
	defer t.Stop()
	select {
	case exit, ok = <-exits:
		return exit, ok, true
	case <-t.C:
		return exit, false, false
	}
}

// drain sends what is there now. It is false when the run is to be left alone.
func (s *shipper) drain(ctx context.Context) bool {
	for {
		piece, more, err := s.next()
		if err != nil {
			s.run.slog.Warn("cannot read the log", "err", err)
		}
		if len(piece) == 0 {
			return true
		}
		if !s.send(ctx, piece) {
			return false
		}
		if !more {
			return true
		}
	}
}

// next is the whole records from the offset on, at most maxChunk of them; more
// says that there may be others after them. The bytes are good until the next call.
func (s *shipper) next() (piece []byte, more bool, err error) {
	if s.file == nil {
		if s.file, err = os.Open(s.path()); err != nil {
			s.file = nil
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			return nil, false, err
		}
	}
	if s.buf == nil {
		s.buf = make([]byte, maxChunk)
	}
	n, err := s.file.ReadAt(s.buf, s.offset)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	whole, _ := logfile.Split(s.buf[:n])
	corrupt := logfile.Corrupt(s.buf[len(whole):n])
	if len(whole) == 0 && corrupt {
		return nil, false, fmt.Errorf("%s: no record at offset %d", s.path(), s.offset)
	}
	return whole, len(whole) > 0 && (corrupt || n == len(s.buf)), err
}

// send gives the server a piece, and moves to where the server then is.
func (s *shipper) send(ctx context.Context, piece []byte) bool {
	req := &weirv1.AppendLogRequest{RunId: s.run.rec.id(), Epoch: s.run.rec.epoch(), Offset: s.offset, Records: piece}
	wait := s.run.fleet.agent.backoff()
	for {
		resp, err := s.sendOnce(ctx, req)
		if err == nil && resp.GetStale() {
			s.run.fleet.forget(s.run.rec.id())
			return false
		}
		if err == nil {
			s.offset = resp.GetOffset()
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		s.run.slog.Warn("cannot send the log", "err", err)
		if s.run.fleet.pause(ctx, wait.next()) != nil {
			return false
		}
	}
}

func (s *shipper) sendOnce(ctx context.Context, req *weirv1.AppendLogRequest) (*weirv1.AppendLogResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	resp, err := s.run.fleet.agent.client.AppendLog(ctx, connect.NewRequest(req))
	if err != nil {
		return nil, err
	}
	return resp.Msg, nil
}

func (s *shipper) path() string { return s.run.fleet.agent.opts.Logs.LogPath(s.run.task.RunID) }

func (s *shipper) close() {
	s.endKnown()
	if s.file != nil {
		s.file.Close()
	}
}

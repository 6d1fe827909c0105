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
	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/logfile"
	"github.com/weirci/weir/worker/redact"
)

// maxResult is the most that a check, in or out may say on its stdout.
const maxResult = 4 << 20

// reportStart tells that the program runs. It is given up when the end is to be
// reported: that says the same.
func (r *run) reportStart() {
	req := &weirv1.ReportRunRequest{
		RunId: r.rec.id(), Epoch: r.rec.epoch(),
		Report: &weirv1.ReportRunRequest_Started{Started: &weirv1.RunStarted{At: timestamppb.New(r.fleet.agent.opts.Now()), Spent: spentOf(r.rec.spent), Images: r.images()}},
	}
	resp, ok := r.report(r.log.untilEnd, req)
	r.told.Store(ok)
	if ok && resp.GetStale() {
		r.fleet.forget(r.rec.id())
	}
}

// images are the digests of the images that the run has.
func (r *run) images() map[string]string {
	if of, ok := r.fleet.agent.opts.Runtime.(worker.Images); ok {
		return of.ImagesOf(r.rec.id())
	}
	return nil
}

// reportEnd sends what is left of the log and the exit, until the server has
// both. It is false when the agent stops, or nobody wants to know.
func (r *run) reportEnd(exit worker.Exit) bool {
	ended, since := r.ended(exit), r.fleet.agent.opts.Now()
	for {
		piece, more, err := r.log.next()
		if err != nil { // the last piece, then; better said than silently missing
			r.slog.Error("the rest of the log cannot be read", "err", err)
			piece, more = r.apology(err), false
		}
		if more {
			if !r.log.send(r.ctx, piece) {
				return false
			}
			continue
		}
		ended.LogOffset, ended.Log = r.log.offset, piece
		ended.Spent.UploadMs = r.fleet.agent.opts.Now().Sub(since).Milliseconds()
		resp, ok := r.report(r.ctx, &weirv1.ReportRunRequest{
			RunId: r.rec.id(), Epoch: r.rec.epoch(), Report: &weirv1.ReportRunRequest_Ended{Ended: ended},
		})
		switch {
		case !ok:
			return false
		case resp.GetStale():
			r.fleet.forget(r.rec.id())
			return false
		case !resp.GetAgain():
			r.kept = resp.GetKeep()
			return true
		}
		r.log.offset = resp.GetOffset()
	}
}

func (r *run) apology(err error) []byte {
	return logfile.Append(nil, logfile.Record{
		Stream: logfile.Stderr, At: r.fleet.agent.opts.Now(),
		Data: fmt.Appendf(nil, "weir: the rest of this log is lost: %v\n", err),
	})
}

// report calls until there is an answer; false when ctx ends first.
func (r *run) report(ctx context.Context, req *weirv1.ReportRunRequest) (*weirv1.ReportRunResponse, bool) {
	wait := r.fleet.agent.backoff()
	for {
		resp, err := r.reportOnce(ctx, req)
		if err == nil {
			return resp, true
		}
		if ctx.Err() != nil {
			return nil, false
		}
		r.slog.Warn("cannot report", "err", err)
		if r.fleet.pause(ctx, wait.next()) != nil {
			return nil, false
		}
	}
}

func (r *run) reportOnce(ctx context.Context, req *weirv1.ReportRunRequest) (*weirv1.ReportRunResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	resp, err := r.fleet.agent.client.ReportRun(ctx, connect.NewRequest(req))
	if err != nil {
		return nil, err
	}
	return resp.Msg, nil
}

// ended is the exit as the server is told it.
func (r *run) ended(exit worker.Exit) *weirv1.RunEnded {
	if r.task.ResultOnStdout && exit.Err == "" {
		result, err := readResult(r.fleet.agent.opts.Logs.ResultPath(r.rec.id()))
		if err == nil {
			return r.endedWith(exit, result)
		}
		exit = r.failed(err)
	}
	return r.endedWith(exit, nil)
}

func (r *run) endedWith(exit worker.Exit, result []byte) *weirv1.RunEnded {
	if len(r.task.Secrets) > 0 {
		hide := redact.New(r.task.Secrets)
		exit.Err, exit.Note = hide.String(exit.Err), hide.String(exit.Note)
	}
	e := &weirv1.RunEnded{
		ExitCode: int32(exit.Code), Error: exit.Err, Infra: exit.Lost, Oom: exit.OOM,
		Note: exit.Note, TimedOut: r.rec.timedOut, Result: result, At: stamp(exit.EndedAt), StartedAt: stamp(exit.StartedAt),
		Spent: spentOf(r.rec.spent),
	}
	if !r.told.Load() {
		e.Images = r.images()
	}
	if e.At == nil {
		e.At = timestamppb.New(r.fleet.agent.opts.Now())
	}
	return e
}

// spentOf is where the time went as the server is told it.
func spentOf(s worker.Spent) *weirv1.Spent {
	return &weirv1.Spent{PullMs: s.Pull.Milliseconds(), FetchMs: s.Fetch.Milliseconds(), CreateMs: s.Create.Milliseconds()}
}

func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func readResult(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) { // it wrote nothing
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the result: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxResult+1))
	if err != nil {
		return nil, fmt.Errorf("the result: %w", err)
	}
	if len(b) > maxResult {
		return nil, &worker.UserError{Err: fmt.Errorf("the result on stdout is larger than %d bytes", maxResult)}
	}
	return b, nil
}

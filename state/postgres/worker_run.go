package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// WorkerRun names a run as a worker reports on it. A report is accepted only
// where the run is the worker's, and in that assignment.
type WorkerRun struct {
	RunRef
	Worker string
}

// Progress is the answer to a report.
type Progress struct {
	Offset int64 // where the run's log ends here
	Stale  bool  // the run is not this worker's any more, or has ended
	Keep   bool  // of an end: the container stays for people to look at
	Again  bool  // the piece of log did not fit: nothing was changed
}

// AppendLog keeps a piece of a run's log if it begins where the log ends, and
// says in any case where it ends.
func (s *Store) AppendLog(ctx context.Context, r WorkerRun, offset int64, records []byte) (Progress, error) {
	if len(records) == 0 {
		return s.position(ctx, r)
	}
	row, err := s.q.AppendRunLog(ctx, db.AppendRunLogParams{
		ID: r.ID, WorkerID: r.Worker, Epoch: r.Epoch, LogOffset: offset, Size: int64(len(records)), Records: s.logs.Pack(records),
	})
	if err == nil {
		s.tellBuild(row.BuildID)
		return Progress{Offset: row.LogOffset}, nil
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return s.position(ctx, r)
	}
	return Progress{}, fmt.Errorf("log of run %s: %w", r.ID, err)
}

// tellBuild says that a build changed, after the change: to those who watch it.
func (s *Store) tellBuild(build *string) {
	if build != nil {
		s.hints.tell(hint{ChannelBuild, *build})
	}
}

// position says why a report was not accepted.
func (s *Store) position(ctx context.Context, r WorkerRun) (Progress, error) {
	row, err := s.q.RunPosition(ctx, r.ID, r.Worker, r.Epoch)
	if errors.Is(err, pgx.ErrNoRows) {
		return Progress{Stale: true}, nil
	}
	if err != nil {
		return Progress{}, fmt.Errorf("run %s: %w", r.ID, err)
	}
	return Progress{Offset: row.LogOffset, Again: true, Stale: state.RunStatus(row.Status).Terminal()}, nil
}

// RunStarted notes that the program runs, and what came before if the worker says. Where
// that is known already it changes nothing; nobody waits for it, so no key is enqueued.
func (s *Store) RunStarted(ctx context.Context, r WorkerRun, at time.Time, spent *state.Spent, images map[string]string) (Progress, error) {
	if err := putImages(ctx, s.q, r, images); err != nil {
		return Progress{}, fmt.Errorf("images of run %s: %w", r.ID, err)
	}
	p := db.StartRunParams{ID: r.ID, WorkerID: r.Worker, Epoch: r.Epoch, At: at, FromStatus: state.RunRunning.From()}
	if spent != nil {
		p.PullMs, p.FetchMs, p.CreateMs = &spent.Pull, &spent.Fetch, &spent.Create
	}
	build, err := s.q.StartRun(ctx, p)
	if err == nil {
		s.tellBuild(build)
		return Progress{}, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return Progress{}, fmt.Errorf("start of run %s: %w", r.ID, err)
	}
	progress, err := s.position(ctx, r)
	progress.Again = false
	return progress, err
}

// RunEnd is how a run ended.
type RunEnd struct {
	ExitCode  *int32 // nil: there is none, Message says why
	Message   string
	Infra     bool
	TimedOut  bool
	Result    []byte
	StartedAt *time.Time // nil: the program never ran
	EndedAt   time.Time
	LogOffset int64             // where Log begins
	Keep      bool              // its container, if it did not do its work
	Log       []byte            // the last piece
	Spent     *state.Spent      // nil: the worker does not say
	Images    map[string]string // digests of the images that it had; nil: none, or said before
}

// RunEnded notes the end of a run together with the last piece of its log, and
// has its build or scope looked at. Reported again it changes nothing.
func (s *Store) RunEnded(ctx context.Context, r WorkerRun, e RunEnd) (Progress, error) {
	params := endParams(r, e)
	params.LogSize, params.Log = int64(len(e.Log)), append([]byte{}, s.logs.Pack(e.Log)...)
	kept := false
	err := s.tx(ctx, func(q *db.Queries) error {
		row, err := q.EndRun(ctx, params)
		if err != nil {
			return err
		}
		kept = row.Kept
		if err := putImages(ctx, q, r, e.Images); err != nil {
			return err
		}
		if row.BuildID != nil {
			if err := q.Notify(ctx, ChannelBuild, *row.BuildID); err != nil {
				return err
			}
		}
		if err := q.MarkIfRunsWait(ctx, string(state.KeyPlace)); err != nil { // a slot is free
			return err
		}
		return enqueue(ctx, q, ownerKey(row.BuildID, row.ScopeID))
	})
	if err == nil {
		return Progress{Offset: e.LogOffset + int64(len(e.Log)), Keep: kept}, nil
	}
	if !errors.Is(err, state.ErrNotFound) {
		return Progress{}, fmt.Errorf("end of run %s: %w", r.ID, err)
	}
	return s.refusedEnd(ctx, r)
}

// refusedEnd tells a repeated report from one that comes too late.
func (s *Store) refusedEnd(ctx context.Context, r WorkerRun) (Progress, error) {
	row, err := s.q.RunPosition(ctx, r.ID, r.Worker, r.Epoch)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Progress{Stale: true}, nil
	case err != nil:
		return Progress{}, fmt.Errorf("end of run %s: %w", r.ID, err)
	}
	switch status := state.RunStatus(row.Status); {
	case status == state.RunExited:
		kept, err := s.q.RunIsKept(ctx, r.ID)
		return Progress{Offset: row.LogOffset, Keep: kept}, wrap(err, "end of run "+r.ID)
	case status.Terminal():
		return Progress{Stale: true}, nil
	}
	return Progress{Offset: row.LogOffset, Again: true}, nil
}

func endParams(r WorkerRun, e RunEnd) db.EndRunParams {
	p := db.EndRunParams{
		ID: r.ID, WorkerID: r.Worker, Epoch: r.Epoch, FromStatus: state.RunExited.From(),
		ExitCode: e.ExitCode, Message: cleanText(e.Message), Infra: e.Infra, TimedOut: e.TimedOut, Result: e.Result,
		StartedAt: e.StartedAt, EndedAt: e.EndedAt, LogOffset: e.LogOffset, Keep: e.Keep,
	}
	if e.Spent != nil {
		p.PullMs, p.FetchMs, p.CreateMs, p.UploadMs = &e.Spent.Pull, &e.Spent.Fetch, &e.Spent.Create, &e.Spent.Upload
	}
	return p
}

// cleanText is what PostgreSQL takes as text, whatever a worker sends.
func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

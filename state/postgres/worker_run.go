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
// where the run is the worker's, and in that assignment; who has no key that is
// valid hears that it is stale.
type WorkerRun struct {
	RunRef
	Worker WorkerKey
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
		ID: r.ID, KeyHash: []byte(r.Worker), Epoch: r.Epoch, LogOffset: offset, Size: int64(len(records)), Records: s.logs.Pack(records),
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
	row, err := s.q.RunPosition(ctx, r.ID, []byte(r.Worker), r.Epoch)
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
	_, took, err := s.starts.one(ctx, runStart{r, at, spent})
	if err != nil {
		return Progress{}, fmt.Errorf("start of run %s: %w", r.ID, err)
	}
	if took {
		return Progress{}, nil
	}
	p, err := s.position(ctx, r)
	p.Again = false
	return p, err
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
	if err := putImages(ctx, s.q, r, e.Images); err != nil { // first: who looks at the build has them
		return Progress{}, fmt.Errorf("images of run %s: %w", r.ID, err)
	}
	kept, took, err := s.ends.one(ctx, runEnd{r, e, s.logs.Pack(e.Log)})
	if err != nil {
		return Progress{}, fmt.Errorf("end of run %s: %w", r.ID, err)
	}
	if took {
		return Progress{Offset: e.LogOffset + int64(len(e.Log)), Keep: kept}, nil
	}
	return s.refusedEnd(ctx, r)
}

// refusedEnd tells a repeated report from one that comes too late.
func (s *Store) refusedEnd(ctx context.Context, r WorkerRun) (Progress, error) {
	row, err := s.q.RunPosition(ctx, r.ID, []byte(r.Worker), r.Epoch)
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

// cleanText is what PostgreSQL takes as text, whatever a worker sends.
func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

package postgres

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// runStart and runEnd are reports on runs, which are written together.
type runStart struct {
	run   WorkerRun
	at    time.Time
	spent *state.Spent
}

type runEnd struct {
	run    WorkerRun
	end    RunEnd
	packed []byte // its piece of log
}

func (r runStart) name() string { return r.run.ID }
func (r runStart) size() int    { return 0 }
func (r runEnd) name() string   { return r.run.ID }
func (r runEnd) size() int      { return len(r.packed) + len(r.end.Result) + len(r.end.Message) }

// startRuns gives the runs that are running since.
func (s *Store) startRuns(ctx context.Context, some []runStart) (map[string]struct{}, error) {
	slices.SortFunc(some, func(a, b runStart) int { return cmp.Compare(a.run.ID, b.run.ID) })
	p := db.StartRunsParams{FromStatus: state.RunRunning.From()}
	for _, r := range some {
		p.Ids, p.KeyHashes, p.Epochs = append(p.Ids, r.run.ID), append(p.KeyHashes, []byte(r.run.Worker)), append(p.Epochs, r.run.Epoch)
		spent := spentOr(r.spent)
		p.Ats, p.Pulls, p.Fetches, p.Creates = append(p.Ats, r.at), append(p.Pulls, spent.Pull), append(p.Fetches, spent.Fetch), append(p.Creates, spent.Create)
	}
	took := map[string]struct{}{}
	err := again(func() error {
		rows, err := s.q.StartRuns(ctx, p)
		for _, r := range rows {
			took[r.ID] = struct{}{}
			s.tellBuild(r.BuildID)
		}
		return err
	})
	return took, err
}

// endRuns gives the runs that have ended by this, and whether their containers stay.
func (s *Store) endRuns(ctx context.Context, some []runEnd) (map[string]bool, error) {
	p := endParams(some)
	kept := map[string]bool{}
	err := again(func() error {
		rows, err := s.q.EndRuns(ctx, p)
		for _, r := range rows {
			kept[r.ID] = r.Kept
			s.tellBuild(r.BuildID)
		}
		return err
	})
	if len(kept) > 0 {
		s.hints.tell(hint{ChannelQueue, Everything})
	}
	return kept, err
}

// endParams are in the order of the runs: that is the order in which rows are locked.
func endParams(some []runEnd) db.EndRunsParams {
	slices.SortFunc(some, func(a, b runEnd) int { return cmp.Compare(a.run.ID, b.run.ID) })
	p := db.EndRunsParams{FromStatus: state.RunExited.From(), Place: string(state.KeyPlace)}
	for _, r := range some {
		e := r.end
		p.Ids, p.KeyHashes, p.Epochs = append(p.Ids, r.run.ID), append(p.KeyHashes, []byte(r.run.Worker)), append(p.Epochs, r.run.Epoch)
		p.ExitCodes, p.Messages = append(p.ExitCodes, codeOr(e.ExitCode)), append(p.Messages, cleanText(e.Message))
		p.Infras, p.TimedOuts, p.Keeps = append(p.Infras, e.Infra), append(p.TimedOuts, e.TimedOut), append(p.Keeps, e.Keep)
		p.Results, p.LogOffsets = append(p.Results, append([]byte{}, e.Result...)), append(p.LogOffsets, e.LogOffset)
		p.LogSizes, p.Logs = append(p.LogSizes, int64(len(e.Log))), append(p.Logs, append([]byte{}, r.packed...))
		var started time.Time
		if e.StartedAt != nil {
			started = *e.StartedAt
		}
		spent := spentOr(e.Spent)
		p.Pulls, p.Fetches = append(p.Pulls, spent.Pull), append(p.Fetches, spent.Fetch)
		p.Creates, p.Uploads = append(p.Creates, spent.Create), append(p.Uploads, spent.Upload)
		p.Starts, p.Ends = append(p.Starts, orEpoch(started)), append(p.Ends, e.EndedAt)
	}
	return p
}

// codeOr is a number that no program exits with where there is none.
func codeOr(code *int32) int32 {
	if code == nil {
		return math.MinInt32
	}
	return *code
}

// spentOr is times that nothing takes where the worker does not say.
func spentOr(s *state.Spent) state.Spent {
	if s == nil {
		return state.Spent{Pull: -1, Fetch: -1, Create: -1, Upload: -1}
	}
	return *s
}

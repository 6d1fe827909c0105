package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/logpack"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// What one call of PackLogs does at most, so that its caller gets on.
const (
	packRuns   = 200
	packPieces = 20_000   // of one run that are looked at together
	packBytes  = 64 << 20 // of records
)

// PackLogs puts the logs of runs together whose builds ended before a time: few
// pieces instead of one for each twentieth of a second. Whoever reads them
// meanwhile notices nothing. more says that there is more to be done.
func (s *Store) PackLogs(ctx context.Context, c state.Claim, before time.Time) (more bool, err error) {
	if err := s.dropBlobs(ctx, before); err != nil {
		return false, err
	}
	runs, err := s.q.LooseRuns(ctx, before, packRuns)
	if err != nil {
		return false, fmt.Errorf("runs whose logs are loose: %w", err)
	}
	var done []string
	for budget := int64(packBytes); len(done) < len(runs) && budget > 0; {
		run := runs[len(done)]
		if err := s.packRun(ctx, c, run, &budget); err != nil {
			return false, fmt.Errorf("put the log of run %s together: %w", run, err)
		}
		if budget > 0 {
			done = append(done, run)
		}
	}
	if len(done) == 0 {
		return len(runs) > 0, nil
	}
	err = s.fenced(ctx, c, func(q *db.Queries) error { return q.LogsArePacked(ctx, done) })
	return len(done) < len(runs) || len(runs) == packRuns, err
}

// packRun puts one run's log together, as far as the budget goes.
func (s *Store) packRun(ctx context.Context, c state.Claim, run string, budget *int64) error {
	for after := int64(0); ; {
		rows, err := s.q.LogPieces(ctx, run, after, packPieces)
		if err != nil {
			return err
		}
		var pieces []logpack.Piece
		for _, r := range rows {
			after = r.OffsetTo
			if r.Blob == "" {
				pieces = append(pieces, logpack.Piece{From: r.OffsetFrom, To: r.OffsetTo})
			}
		}
		for _, g := range logpack.Groups(pieces) {
			if g.Count == 1 && (s.blobs == nil || g.To-g.From < blobFrom) {
				continue
			}
			if *budget -= g.To - g.From; *budget <= 0 {
				return nil
			}
			if err := s.packGroup(ctx, c, run, g); err != nil {
				return err
			}
		}
		if len(rows) < packPieces {
			return nil
		}
	}
}

func (s *Store) packGroup(ctx context.Context, c state.Claim, run string, g logpack.Group) error {
	rows, err := s.q.LogPiecesBetween(ctx, run, g.From, g.To)
	if err != nil {
		return err
	}
	all := make([]byte, 0, g.To-g.From)
	for _, piece := range rows {
		records, err := s.logs.Unpack(piece)
		if err != nil { // it stays as it is: who reads it is told
			s.log.Warn("a log is not put together", "run", run, "error", err)
			return nil
		}
		all = append(all, records...)
	}
	if int64(len(all)) != g.To-g.From {
		s.log.Warn("a log is not put together: its pieces are not as long as they say", "run", run, "from", g.From, "to", g.To, "bytes", len(all))
		return nil
	}
	packed, key := s.logs.PackSmall(all), ""
	if s.blobs != nil && len(packed) >= blobFrom {
		if key, err = s.putBlob(ctx, fmt.Sprintf("logs/%s/%d-%d", run, g.From, c.Epoch), packed); err != nil {
			return err
		}
		packed = []byte{}
	}
	return s.fenced(ctx, c, func(q *db.Queries) error {
		err := q.ReplaceLogPiece(ctx, db.ReplaceLogPieceParams{High: g.To, Records: packed, Blob: key, RunID: run, Low: g.From})
		if err != nil {
			return err
		}
		if err := q.DropLogPieces(ctx, run, g.From, g.To); err != nil || key == "" {
			return err
		}
		return q.BlobIsWanted(ctx, key, run)
	})
}

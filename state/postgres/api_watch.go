package postgres

import (
	"context"
	"fmt"

	"github.com/weirci/weir/state/postgres/internal/db"
)

// What Watch reads.
type (
	// RunView is a run of a build, with how much of its log is kept.
	RunView = db.APIBuildRunsRow
	// LogChunk is a piece of a run's log: whole framed records, packed.
	LogChunk = db.APILogChunksRow
)

// BuildRuns gives the runs, oldest first, of a build that the caller has found
// to be its team's.
func (s *Store) BuildRuns(ctx context.Context, buildID string) ([]RunView, error) {
	rows, err := s.q.APIBuildRuns(ctx, buildID)
	return rows, wrap(err, "read runs")
}

// mostLogBytes bounds what a reader is given at once, as it is kept.
const mostLogBytes = 2 << 20

// LogChunks gives the next chunks, at most so many, of several runs, each from
// its own position on, in the order in which they arrived. A chunk with Nth 1
// is the first that there is from the position on.
func (s *Store) LogChunks(ctx context.Context, runs []string, positions []int64, most int) ([]LogChunk, error) {
	rows, err := s.q.APILogChunks(ctx, runs, positions, int32(most), mostLogBytes)
	return rows, wrap(err, "read a log")
}

// LogRecords gives the records of a chunk, from a position on that is a border
// of records, or all where the chunk begins after it. One chunk at a time is
// unpacked, so that a reader holds no more.
func (s *Store) LogRecords(ctx context.Context, c LogChunk, position int64) ([]byte, error) {
	piece := c.Records
	if c.Blob != "" {
		var err error
		if piece, err = s.getBlob(ctx, c.Blob); err != nil {
			return nil, fmt.Errorf("log of run %s at %d: %w", c.RunID, c.OffsetFrom, err)
		}
	}
	records, err := s.logs.Unpack(piece)
	if err != nil {
		return nil, fmt.Errorf("log of run %s at %d: %w", c.RunID, c.OffsetFrom, err)
	}
	skip := max(0, position-c.OffsetFrom)
	if skip > int64(len(records)) {
		return nil, fmt.Errorf("log of run %s at %d: %d bytes do not reach to %d", c.RunID, c.OffsetFrom, len(records), position)
	}
	return records[skip:], nil
}

-- name: LooseRuns :many
-- Runs whose logs can be put together: nothing is written to them any more, nor
-- beside them.
SELECT r.id FROM runs r JOIN builds b ON b.id = r.build_id
WHERE NOT r.log_packed AND r.build_id IS NOT NULL AND r.status IN ('exited', 'lost') AND b.ended_at < @before::timestamptz
ORDER BY r.created_at LIMIT @most;

-- name: LogPieces :many
SELECT offset_from, offset_to FROM log_chunks WHERE run_id = @run_id AND offset_from >= @after ORDER BY offset_from LIMIT @most;

-- name: LogPiecesBetween :many
SELECT records FROM log_chunks WHERE run_id = @run_id AND offset_from >= @low AND offset_to <= @high ORDER BY offset_from;

-- name: ReplaceLogPiece :exec
-- The first piece becomes all of them; it came when the first of them did.
UPDATE log_chunks SET offset_to = @high, records = @records WHERE run_id = @run_id AND offset_from = @low;

-- name: DropLogPieces :exec
DELETE FROM log_chunks WHERE run_id = @run_id AND offset_from > @low AND offset_to <= @high;

-- name: LogsArePacked :exec
UPDATE runs SET log_packed = true WHERE id = ANY (@ids::uuid[]);

-- name: LooseRuns :many
-- Runs whose logs can be put together: nothing is written to them any more, nor
-- beside them.
SELECT r.id FROM runs r JOIN builds b ON b.id = r.build_id
WHERE NOT r.log_packed AND r.build_id IS NOT NULL AND r.status IN ('exited', 'lost') AND b.ended_at < @before::timestamptz
ORDER BY r.created_at LIMIT @most;

-- name: LogPieces :many
SELECT offset_from, offset_to, blob FROM log_chunks WHERE run_id = @run_id AND offset_from >= @after ORDER BY offset_from LIMIT @most;

-- name: LogPiecesBetween :many
SELECT records FROM log_chunks WHERE run_id = @run_id AND offset_from >= @low AND offset_to <= @high ORDER BY offset_from;

-- name: ReplaceLogPiece :exec
-- The first piece becomes all of them; it came when the first of them did.
UPDATE log_chunks SET offset_to = @high, records = @records, blob = @blob WHERE run_id = @run_id AND offset_from = @low;

-- name: DropLogPieces :exec
DELETE FROM log_chunks WHERE run_id = @run_id AND offset_from > @low AND offset_to <= @high;

-- name: LogsArePacked :exec
UPDATE runs SET log_packed = true WHERE id = ANY (@ids::uuid[]);

-- name: BlobIsUnwanted :exec
-- Before an object is written: if nothing comes to name it, it goes.
INSERT INTO blobs_unwanted (key) VALUES (@key) ON CONFLICT (key) DO UPDATE SET since = clock_timestamp();

-- name: BlobIsWanted :exec
DELETE FROM blobs_unwanted u WHERE u.key = @key AND EXISTS (SELECT 1 FROM log_chunks l WHERE l.run_id = @run_id AND l.blob = @key);

-- name: UnwantedBlobs :many
SELECT key FROM blobs_unwanted WHERE since < @before ORDER BY since LIMIT @most;

-- name: ForgetBlobs :exec
DELETE FROM blobs_unwanted WHERE key = ANY (@keys::text[]);

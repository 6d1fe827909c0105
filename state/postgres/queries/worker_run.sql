-- name: AppendRunLog :one
-- Accepts a piece only where it fits: all or nothing, once. The size is of the
-- records; what is kept is packed.
WITH moved AS (
    UPDATE runs SET log_offset = log_offset + @size::bigint
    WHERE id = @id AND worker_id = @worker_id::uuid AND epoch = @epoch AND log_offset = @log_offset
        AND status IN ('assigned', 'running')
    RETURNING id, build_id, log_offset
), chunk AS (
    INSERT INTO log_chunks (run_id, offset_from, offset_to, records)
    SELECT id, @log_offset, log_offset, @records::bytea FROM moved
)
SELECT log_offset, build_id FROM moved;

-- name: RunPosition :one
SELECT status, log_offset FROM runs WHERE id = @id AND worker_id = @worker_id::uuid AND epoch = @epoch;

-- name: StartRun :one
-- It does not wait for the disk: a crash that forgets it leaves the run assigned, and
-- its end says when it started.
WITH started AS (
    UPDATE runs SET status = 'running', started_at = least(clock_timestamp(), greatest(@at::timestamptz, assigned_at)),
        pull_ms = sqlc.narg('pull_ms'), fetch_ms = sqlc.narg('fetch_ms'), create_ms = sqlc.narg('create_ms')
    FROM (SELECT set_config('synchronous_commit', 'off', true) AS off) fast
    WHERE id = @id AND worker_id = @worker_id::uuid AND epoch = @epoch AND status = ANY(@from_status::text[])
    RETURNING id, build_id
), container AS (
    UPDATE containers SET status = 'created' FROM started
    WHERE containers.run_id = started.id AND containers.status = 'creating'
)
SELECT build_id FROM started;

-- name: PutRunImages :exec
-- What the worker found first counts: all runs of a step have the same images.
INSERT INTO build_images (build_id, path, ref, digest)
SELECT r.build_id, r.step_path, n.ref, n.digest
FROM runs r, (SELECT unnest(@refs::text[]) AS ref, unnest(@digests::text[]) AS digest) n
WHERE r.id = @id AND r.worker_id = @worker_id::uuid AND r.epoch = @epoch AND r.build_id IS NOT NULL
ON CONFLICT (build_id, path, ref) DO NOTHING;

-- name: EndRun :one
-- The last piece of the log, the exit, and the container that nobody wants any
-- more are one. What did not do its work stays, for people to look at. Times are the worker's, but never before the assignment nor in
-- the future: clocks differ.
WITH ended AS (
    UPDATE runs
    SET status = 'exited', exit_code = sqlc.narg('exit_code'), message = @message, infra = @infra, timed_out = @timed_out,
        pull_ms = coalesce(sqlc.narg('pull_ms'), pull_ms), fetch_ms = coalesce(sqlc.narg('fetch_ms'), fetch_ms),
        create_ms = coalesce(sqlc.narg('create_ms'), create_ms), upload_ms = sqlc.narg('upload_ms'),
        result = @result, log_offset = log_offset + @log_size::bigint,
        started_at = CASE WHEN sqlc.narg('started_at')::timestamptz IS NULL THEN started_at
            ELSE least(clock_timestamp(), greatest(sqlc.narg('started_at')::timestamptz, assigned_at)) END,
        ended_at = least(clock_timestamp(), greatest(@ended_at::timestamptz, started_at, assigned_at))
    WHERE id = @id AND worker_id = @worker_id::uuid AND epoch = @epoch AND log_offset = @log_offset
        AND status = ANY(@from_status::text[])
    RETURNING id, build_id, scope_id, log_offset,
        (@keep::boolean AND build_id IS NOT NULL AND exit_code IS DISTINCT FROM 0 AND runs.started_at IS NOT NULL AND NOT infra)::boolean AS kept
), chunk AS (
    INSERT INTO log_chunks (run_id, offset_from, offset_to, records)
    SELECT id, @log_offset, log_offset, @log::bytea FROM ended WHERE @log_size::bigint > 0
), container AS (
    UPDATE containers SET status = CASE WHEN ended.kept THEN 'created' ELSE 'destroying' END FROM ended WHERE containers.run_id = ended.id
)
SELECT build_id, scope_id, kept FROM ended;

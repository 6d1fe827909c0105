-- A report comes with its worker's key and not with its id, so that whose it is
-- needs no statement of its own.

-- name: AppendRunLog :one
-- Accepts a piece only where it fits: all or nothing, once. The size is of the
-- records; what is kept is packed.
WITH moved AS (
    UPDATE runs SET log_offset = log_offset + @size::bigint
    WHERE runs.id = @id AND worker_id = (SELECT w.id FROM workers w WHERE w.key_hash = @key_hash) AND runs.epoch = @epoch AND runs.log_offset = @log_offset
        AND runs.status IN ('assigned', 'running')
    RETURNING runs.id, build_id, log_offset
), chunk AS (
    INSERT INTO log_chunks (run_id, offset_from, offset_to, records)
    SELECT id, @log_offset, log_offset, @records::bytea FROM moved
)
SELECT log_offset, build_id FROM moved;

-- name: RunPosition :one
SELECT status, log_offset FROM runs WHERE runs.id = @id AND worker_id = (SELECT w.id FROM workers w WHERE w.key_hash = @key_hash) AND runs.epoch = @epoch;

-- name: StartRuns :many
-- It does not wait for the disk: a crash that forgets it leaves the runs assigned, and
-- their ends say when they started. What the worker does not say took -1 ms.
WITH told AS (
    SELECT unnest(@ids::uuid[]) AS id, unnest(@key_hashes::bytea[]) AS key_hash, unnest(@epochs::bigint[]) AS epoch, unnest(@ats::timestamptz[]) AS at,
        unnest(@pulls::bigint[]) AS pull_ms, unnest(@fetches::bigint[]) AS fetch_ms, unnest(@creates::bigint[]) AS create_ms
), started AS (
    UPDATE runs SET status = 'running', started_at = least(clock_timestamp(), greatest(t.at, assigned_at)),
        pull_ms = nullif(t.pull_ms, -1), fetch_ms = nullif(t.fetch_ms, -1), create_ms = nullif(t.create_ms, -1)
    FROM told t JOIN workers w ON w.key_hash = t.key_hash, (SELECT set_config('synchronous_commit', 'off', true) AS off) fast
    WHERE runs.id = t.id AND runs.worker_id = w.id AND runs.epoch = t.epoch AND runs.status = ANY(@from_status::text[])
    RETURNING runs.id, build_id
), container AS (
    UPDATE containers SET status = 'created' FROM started
    WHERE containers.run_id = started.id AND containers.status = 'creating'
)
SELECT id, build_id FROM started;

-- name: PutRunImages :exec
-- What the worker found first counts: all runs of a step have the same images.
INSERT INTO build_images (build_id, path, ref, digest)
SELECT r.build_id, r.step_path, n.ref, n.digest
FROM runs r, (SELECT unnest(@refs::text[]) AS ref, unnest(@digests::text[]) AS digest) n
WHERE r.id = @id AND r.worker_id = (SELECT w.id FROM workers w WHERE w.key_hash = @key_hash) AND r.epoch = @epoch AND r.build_id IS NOT NULL
ON CONFLICT (build_id, path, ref) DO NOTHING;

-- name: EndRuns :many
-- The last piece of the log, the exit, the container that nobody wants any more, and
-- that its owner is to be looked at are one. What did not do its work stays, if keep
-- says so, for people to look at. Times are the worker's, but never before
-- the assignment nor in the future: clocks differ. Where no run is seen to wait for
-- the slot that is free now, one that is being made asks for its place itself. There
-- is no exit code of -2147483648, no start at 1970 and no result without bytes.
WITH told AS (
    SELECT unnest(@ids::uuid[]) AS id, unnest(@key_hashes::bytea[]) AS key_hash, unnest(@epochs::bigint[]) AS epoch,
        unnest(@exit_codes::int[]) AS exit_code, unnest(@messages::text[]) AS message, unnest(@infras::boolean[]) AS infra, unnest(@timed_outs::boolean[]) AS timed_out,
        unnest(@results::bytea[]) AS result, unnest(@log_offsets::bigint[]) AS log_offset, unnest(@log_sizes::bigint[]) AS log_size, unnest(@logs::bytea[]) AS log,
        unnest(@starts::timestamptz[]) AS started_at, unnest(@ends::timestamptz[]) AS ended_at, unnest(@keeps::boolean[]) AS keep,
        unnest(@pulls::bigint[]) AS pull_ms, unnest(@fetches::bigint[]) AS fetch_ms, unnest(@creates::bigint[]) AS create_ms, unnest(@uploads::bigint[]) AS upload_ms
), ended AS (
    UPDATE runs
    SET status = 'exited', exit_code = nullif(t.exit_code, -2147483648), message = t.message, infra = t.infra, timed_out = t.timed_out,
        pull_ms = coalesce(nullif(t.pull_ms, -1), runs.pull_ms), fetch_ms = coalesce(nullif(t.fetch_ms, -1), runs.fetch_ms),
        create_ms = coalesce(nullif(t.create_ms, -1), runs.create_ms), upload_ms = nullif(t.upload_ms, -1),
        result = nullif(t.result, ''), log_offset = runs.log_offset + t.log_size,
        started_at = CASE WHEN t.started_at = 'epoch' THEN runs.started_at ELSE least(clock_timestamp(), greatest(t.started_at, assigned_at)) END,
        ended_at = least(clock_timestamp(), greatest(t.ended_at, runs.started_at, assigned_at))
    FROM told t JOIN workers w ON w.key_hash = t.key_hash
    WHERE runs.id = t.id AND runs.worker_id = w.id AND runs.epoch = t.epoch AND runs.log_offset = t.log_offset
        AND runs.status = ANY(@from_status::text[])
    RETURNING runs.id, build_id, scope_id, runs.log_offset, t.log_size, t.log,
        (t.keep AND build_id IS NOT NULL AND runs.exit_code IS DISTINCT FROM 0 AND runs.started_at IS NOT NULL AND NOT runs.infra)::boolean AS kept
), chunk AS (
    INSERT INTO log_chunks (run_id, offset_from, offset_to, records)
    SELECT id, log_offset - log_size, log_offset, log FROM ended WHERE log_size > 0
), container AS (
    UPDATE containers SET status = CASE WHEN ended.kept THEN 'created' ELSE 'destroying' END FROM ended WHERE containers.run_id = ended.id
), marked AS (
    INSERT INTO queue_marks (key, due_at)
    SELECT @place::text, clock_timestamp() WHERE EXISTS (SELECT FROM ended) AND EXISTS (SELECT FROM runs r WHERE r.status = 'unplaced')
), asked AS (
    INSERT INTO queue (key, due_at)
    SELECT k.key, clock_timestamp() FROM (SELECT DISTINCT coalesce('build/' || build_id::text, 'scope/' || scope_id::text) AS key FROM ended) k ORDER BY k.key
    ON CONFLICT (key) DO UPDATE SET due_at = least(queue.due_at, excluded.due_at), dirty = true
)
SELECT id, build_id, kept FROM ended;

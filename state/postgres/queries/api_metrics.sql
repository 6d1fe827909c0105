-- name: APIOpenBuilds :many
SELECT status, count(*) AS count FROM builds WHERE status IN ('pending', 'running') GROUP BY status;

-- name: APIWorkersByStatus :many
SELECT status, count(*) AS count FROM workers GROUP BY status;

-- name: APIMetricsHorizon :one
-- What is counted by its time is counted a little late, so that a transaction
-- that took its time before it committed is not missed.
SELECT (clock_timestamp() - interval '3 seconds')::timestamptz AS horizon;

-- name: APIEndedBuilds :many
SELECT status, fault, count(*) AS count FROM builds
WHERE ended_at > sqlc.arg(since)::timestamptz AND ended_at <= sqlc.arg(until)::timestamptz GROUP BY status, fault;

-- name: APIPlacementWaits :many
SELECT extract(epoch FROM assigned_at - created_at)::float8 AS seconds FROM runs
WHERE assigned_at > sqlc.arg(since)::timestamptz AND assigned_at <= sqlc.arg(until)::timestamptz;

-- name: APIEndedChecks :many
SELECT extract(epoch FROM ended_at - coalesce(started_at, ended_at))::float8 AS seconds,
       (status = 'exited' AND coalesce(exit_code, -1) = 0)::boolean AS ok
FROM runs
WHERE kind = 'check' AND ended_at > sqlc.arg(since)::timestamptz AND ended_at <= sqlc.arg(until)::timestamptz;

-- name: APIPhases :many
-- The runs of a build are counted when it ends. What no worker has told is not.
SELECT queue_ms, pull_ms, fetch_ms, create_ms, upload_ms,
    (1000 * extract(epoch FROM r.assigned_at - r.created_at))::bigint AS place_ms,
    (1000 * extract(epoch FROM r.ended_at - r.started_at))::bigint AS run_ms
FROM builds b JOIN runs r ON r.build_id = b.id
WHERE b.ended_at > sqlc.arg(since)::timestamptz AND b.ended_at <= sqlc.arg(until)::timestamptz
    AND r.assigned_at IS NOT NULL AND r.started_at IS NOT NULL AND r.ended_at IS NOT NULL;

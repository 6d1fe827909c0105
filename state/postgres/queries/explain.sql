-- name: ExplainVersions :many
-- The newest of each resource, those too that are disabled.
SELECT i.ord::int AS ord, v.id, v.check_order, v.version, (d.version_id IS NOT NULL)::boolean AS disabled
FROM (SELECT unnest(@ords::int[]) AS ord, unnest(@resources::uuid[]) AS id) i
JOIN resources r ON r.object_id = i.id
CROSS JOIN LATERAL (
    SELECT x.id, x.check_order, x.version FROM versions x
    WHERE x.scope_id = r.scope_id AND x.check_order > 0 ORDER BY x.check_order DESC LIMIT @most::int
) v
LEFT JOIN disabled_versions d ON d.resource_id = i.id AND d.version_id = v.id
ORDER BY i.ord, v.check_order DESC;

-- name: ExplainTried :many
-- Of the builds of a job that had a version one that succeeded, otherwise the newest.
SELECT DISTINCT ON (b.job_id, x.resource_id, x.version_id) b.job_id, x.resource_id, x.version_id, b.number, b.status
FROM (
    SELECT i.build_id, i.resource_id, i.version_id FROM build_inputs i
    WHERE i.resource_id = ANY (@resources::uuid[]) AND i.version_id = ANY (@versions::bigint[])
    UNION ALL
    SELECT o.build_id, o.resource_id, o.version_id FROM build_outputs o
    WHERE o.resource_id = ANY (@resources::uuid[]) AND o.version_id = ANY (@versions::bigint[])
) x
JOIN builds b ON b.id = x.build_id
WHERE b.job_id = ANY (@jobs::uuid[])
ORDER BY b.job_id, x.resource_id, x.version_id, (b.status = 'succeeded') DESC, b.number DESC;

-- name: ExplainKey :one
SELECT due_at, coalesce(lease_until >= clock_timestamp(), false)::boolean AS held, failures, last_error FROM queue WHERE key = @key;

-- name: ExplainSince :many
SELECT subject, reason, since FROM conditions WHERE subject = ANY (@subjects::text[]);

-- name: ExplainRuns :many
-- The last run of each step of a build that has not ended.
SELECT DISTINCT ON (r.step_path) r.id, r.step_path, r.attempt, r.status, coalesce(w.name, '')::text AS worker,
    coalesce(w.status = 'stalled', false)::boolean AS stalled, coalesce(r.started_at, r.assigned_at, r.created_at)::timestamptz AS since,
    coalesce(r.needs_worker_id::text, '')::text AS needs, r.tags, coalesce(r.team_id::text, '')::text AS team, r.created_at,
    (r.kill_requested_at IS NOT NULL)::boolean AS killed
FROM runs r LEFT JOIN workers w ON w.id = r.worker_id
WHERE r.build_id = @build_id::uuid AND r.status IN ('unplaced', 'assigned', 'running')
ORDER BY r.step_path, r.attempt DESC;

-- name: ExplainRun :one
SELECT r.id, r.step_path, r.attempt, r.status, coalesce(w.name, '')::text AS worker,
    coalesce(w.status = 'stalled', false)::boolean AS stalled, coalesce(r.started_at, r.assigned_at, r.created_at)::timestamptz AS since,
    coalesce(r.needs_worker_id::text, '')::text AS needs, r.tags, coalesce(r.team_id::text, '')::text AS team, r.created_at,
    (r.kill_requested_at IS NOT NULL)::boolean AS killed
FROM runs r LEFT JOIN workers w ON w.id = r.worker_id
WHERE r.id = @id;

-- name: ExplainSteps :many
SELECT path, kind, name, (status IN ('succeeded', 'failed', 'errored', 'aborted', 'skipped'))::boolean AS ended
FROM steps WHERE build_id = @build_id ORDER BY ord, path;

-- name: ExplainEnd :one
SELECT message, ended_at, fault FROM builds WHERE id = @id;

-- name: ExplainScope :one
SELECT scope_id, coalesce(s.last_error, '')::text AS last_error FROM resources r JOIN scopes s ON s.id = r.scope_id WHERE r.object_id = @object_id;

-- name: ExplainAttempts :many
-- What goes on counts up to now. The way of an order to its worker is part of its
-- placing: what lies between is what no clock of one machine has measured.
SELECT r.step_path, coalesce(s.name, '')::text AS step_name, r.attempt, r.kind, r.status, coalesce(w.name, '')::text AS worker, r.created_at, r.ended_at,
    coalesce(r.queue_ms, 0)::bigint AS queue_ms,
    greatest(1000 * extract(epoch FROM coalesce(r.assigned_at, r.ended_at, n.at) - r.created_at),
             1000 * extract(epoch FROM r.started_at - r.created_at) - r.pull_ms - r.fetch_ms - r.create_ms)::bigint AS place_ms,
    coalesce(1000 * extract(epoch FROM coalesce(r.started_at, r.ended_at, n.at) - r.assigned_at), 0)::bigint AS prepare_ms,
    coalesce(r.pull_ms, 0)::bigint AS pull_ms, coalesce(r.fetch_ms, 0)::bigint AS fetch_ms, coalesce(r.create_ms, 0)::bigint AS create_ms,
    coalesce(1000 * extract(epoch FROM coalesce(r.ended_at, n.at) - r.started_at), 0)::bigint AS run_ms,
    coalesce(r.upload_ms, 0)::bigint AS upload_ms
FROM runs r CROSS JOIN (SELECT clock_timestamp() AS at) n
LEFT JOIN steps s ON s.build_id = r.build_id AND s.path = r.step_path LEFT JOIN workers w ON w.id = r.worker_id
WHERE r.build_id = @build_id::uuid ORDER BY r.created_at, r.step_path, r.attempt;

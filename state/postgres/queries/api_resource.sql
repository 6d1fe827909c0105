-- name: APIResources :many
SELECT p.name AS pipeline, o.address, coalesce(v.spec, '')::bytea AS spec, r.scope_id,
       (SELECT count(*) FROM versions x WHERE x.scope_id = r.scope_id AND x.check_order > 0) AS versions,
       coalesce(latest.version, 'null')::jsonb AS latest,
       s.last_ended_at, s.check_due_at, coalesce(s.last_error, '')::text AS last_error,
       coalesce(pin.version, 'null')::jsonb AS pin, coalesce(pin.comment, '')::text AS pin_comment, coalesce(pin.pinned_by, '')::text AS pinned_by, pin.pinned_at
FROM objects o
JOIN pipelines p ON p.id = o.pipeline_id
JOIN teams t ON t.id = p.team_id
LEFT JOIN object_versions v ON v.object_id = o.id AND v.to_revision IS NULL
LEFT JOIN resources r ON r.object_id = o.id
LEFT JOIN scopes s ON s.id = r.scope_id
LEFT JOIN resource_pins pin ON pin.resource_id = o.id
LEFT JOIN LATERAL (SELECT x.version FROM versions x WHERE x.scope_id = r.scope_id AND x.check_order > 0
                   ORDER BY x.check_order DESC LIMIT 1) latest ON true
WHERE t.name = @team AND (@pipeline::text = '' AND NOT p.archived OR p.name = @pipeline) AND o.kind = 'resource' AND o.spec_digest IS NOT NULL
ORDER BY p.name, o.address;

-- name: APIVersions :many
SELECT v.version, v.metadata, v.created_at, coalesce(d.disabled_by, '')::text AS disabled_by, (d.version_id IS NOT NULL)::boolean AS disabled,
       coalesce(v.version @> pin.version, false)::boolean AS pinned
FROM versions v JOIN resources r ON r.scope_id = v.scope_id
JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
LEFT JOIN disabled_versions d ON d.resource_id = r.object_id AND d.version_id = v.id
LEFT JOIN resource_pins pin ON pin.resource_id = r.object_id
WHERE t.name = @team AND r.object_id = @resource_id AND v.check_order > 0
ORDER BY v.check_order DESC, v.id DESC LIMIT @most;

-- name: APIRequestCheck :one
-- A check that is asked for already answers both who asked.
UPDATE scopes SET
    check_requested_at = coalesce(check_requested_at, clock_timestamp()),
    check_requested_from = coalesce(@from_version, check_requested_from)
WHERE scopes.id = (SELECT r.scope_id FROM resources r JOIN objects o ON o.id = r.object_id
    JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
    WHERE t.name = @team AND r.object_id = @resource_id AND o.spec_digest IS NOT NULL)
RETURNING scopes.id, check_requested_at, last_ended_at,
    (SELECT coalesce(max(v.id), 0) FROM versions v WHERE v.scope_id = scopes.id)::bigint AS newest;

-- name: APICheck :one
SELECT s.check_requested_at, s.check_run_id, s.last_ended_at, s.failures, s.last_error,
       (SELECT count(*) FROM versions v WHERE v.scope_id = s.id AND v.id > @newest::bigint AND v.check_order > 0)::integer AS found,
       coalesce((SELECT v.version FROM versions v WHERE v.scope_id = s.id AND v.check_order > 0
                 ORDER BY v.check_order DESC LIMIT 1), 'null')::jsonb AS latest
FROM scopes s WHERE s.id = @scope_id;

-- name: WebhookNodes :many
-- A live resource, and the secret sources of its pipeline.
SELECT o.id, o.kind, o.address, v.spec, (o.paused OR p.paused OR p.archived)::boolean AS paused
FROM objects o JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
JOIN object_versions v ON v.object_id = o.id AND v.to_revision IS NULL
WHERE t.name = @team AND p.name = @pipeline AND o.spec_digest IS NOT NULL AND (o.id = @resource_id OR o.kind = 'secret_source');

-- name: APILastCheck :one
SELECT x.id, x.status, x.exit_code, x.message, coalesce(w.name, '')::text AS worker, x.created_at, x.started_at, x.ended_at
FROM runs x JOIN resources r ON r.scope_id = x.scope_id
JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
LEFT JOIN workers w ON w.id = x.worker_id
WHERE t.name = @team AND r.object_id = @resource_id
ORDER BY x.created_at DESC LIMIT 1;

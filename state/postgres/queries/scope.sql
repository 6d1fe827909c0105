-- name: ScopeHead :one
SELECT s.*, clock_timestamp()::timestamptz AS now,
    EXISTS (SELECT 1 FROM resources r JOIN objects o ON o.id = r.object_id WHERE r.scope_id = s.id AND o.spec_digest IS NOT NULL) AS wanted,
    EXISTS (SELECT 1 FROM resources r JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id
            WHERE r.scope_id = s.id AND o.spec_digest IS NOT NULL AND NOT o.paused AND NOT p.paused AND NOT p.archived) AS active,
    NOT EXISTS (SELECT 1 FROM resources r JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id
            WHERE r.scope_id = s.id AND o.spec_digest IS NOT NULL AND NOT p.archived) AS archived,
    coalesce((SELECT v.version FROM versions v WHERE v.scope_id = s.id AND v.check_order > 0 ORDER BY v.check_order DESC LIMIT 1), 'null')::jsonb AS latest
FROM scopes s WHERE s.id = @id;

-- name: ScopeCheckStarts :exec
UPDATE scopes SET check_run_id = @run_id::uuid, last_started_at = clock_timestamp(), check_requested_at = NULL, check_requested_from = NULL
WHERE id = @id;

-- name: ScopeCheckFound :exec
UPDATE scopes SET check_run_id = NULL, last_ended_at = clock_timestamp(), last_ok_at = clock_timestamp(), failures = 0, last_error = '',
    check_due_at = sqlc.narg('due')::timestamptz
WHERE id = @id;

-- name: ScopeCheckFailed :exec
-- Where not even a run could be made, who asked has the answer.
UPDATE scopes SET check_run_id = NULL, last_ended_at = clock_timestamp(), failures = @failures, last_error = @last_error,
    check_due_at = sqlc.narg('due')::timestamptz,
    check_requested_at = CASE WHEN @no_run::boolean THEN NULL ELSE check_requested_at END,
    check_requested_from = CASE WHEN @no_run::boolean THEN NULL ELSE check_requested_from END
WHERE id = @id;

-- name: ScopeSetDue :exec
UPDATE scopes SET check_due_at = @due::timestamptz WHERE id = @id;

-- name: ScopeUsers :many
SELECT o.pipeline_id, p.revision, o.id, o.address
FROM resources r JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id
WHERE r.scope_id = @scope_id AND o.spec_digest IS NOT NULL;

-- name: ScopeUsersByKey :many
SELECT o.pipeline_id, p.revision, o.id, o.address
FROM scopes s JOIN resources r ON r.scope_id = s.id JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id
WHERE s.key = ANY (@keys::text[]) AND o.spec_digest IS NOT NULL;

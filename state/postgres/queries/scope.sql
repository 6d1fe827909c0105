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
UPDATE scopes SET check_run_id = @run_id::uuid, last_started_at = clock_timestamp(), check_requested_at = NULL, check_requested_from = NULL,
    checked_image = @image
WHERE id = @id;

-- name: ScopeCheckFound :one
-- With the scopes whose type it is the image of: they are checked with the new one,
-- or wait for this very check.
UPDATE scopes SET check_run_id = NULL, last_ended_at = clock_timestamp(), last_ok_at = clock_timestamp(), failures = 0, last_error = '',
    check_due_at = sqlc.narg('due')::timestamptz
WHERE scopes.id = @id
RETURNING ARRAY(SELECT u.id::text FROM scopes u WHERE u.image_key = scopes.key AND u.image_key <> '')::text[] AS users;

-- name: ScopeCheckFailed :one
-- Where not even a run could be made, who asked has the answer.
UPDATE scopes SET check_run_id = NULL, last_ended_at = clock_timestamp(), failures = @failures, last_error = @last_error,
    check_due_at = sqlc.narg('due')::timestamptz,
    check_requested_at = CASE WHEN @no_run::boolean THEN NULL ELSE check_requested_at END,
    check_requested_from = CASE WHEN @no_run::boolean THEN NULL ELSE check_requested_from END
WHERE scopes.id = @id
RETURNING ARRAY(SELECT u.id::text FROM scopes u WHERE u.image_key = scopes.key AND u.image_key <> '')::text[] AS users;

-- name: ImageUsers :many
-- The scopes whose types have their image from one of these.
SELECT u.id FROM scopes s JOIN scopes u ON u.image_key = s.key AND u.image_key <> '' WHERE s.key = ANY (@keys::text[]);

-- name: ScopeImages :many
-- Where the image of a scope's type comes from, where the image of that one's type
-- comes from, and so on: each in the version to take.
WITH RECURSIVE chain (key, pin, depth) AS (
    SELECT s.image_key, s.image_pin, 1 FROM scopes s WHERE s.id = @id AND s.image_key <> ''
    UNION ALL
    SELECT s.image_key, s.image_pin, c.depth + 1 FROM chain c JOIN scopes s ON s.key = c.key WHERE s.image_key <> '' AND c.depth < 40
)
SELECT s.resource_spec, s.type_spec, s.secrets, s.last_error,
    (s.check_requested_at IS NOT NULL OR s.check_run_id IS NOT NULL)::boolean AS busy, (s.last_ended_at IS NOT NULL)::boolean AS checked,
    coalesce((SELECT v.version FROM versions v WHERE v.scope_id = s.id AND v.check_order > 0 AND (c.pin IS NULL OR v.version @> c.pin)
              ORDER BY v.check_order DESC LIMIT 1), 'null')::jsonb AS version
FROM chain c JOIN scopes s ON s.key = c.key ORDER BY c.depth;

-- name: ImagesOfResource :many
-- The scopes that the image of a resource's type hangs from.
WITH RECURSIVE chain (key, depth) AS (
    SELECT s.image_key, 1 FROM resources r JOIN scopes s ON s.id = r.scope_id JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id
        JOIN teams t ON t.id = p.team_id
    WHERE t.name = @team AND r.object_id = @resource_id AND o.spec_digest IS NOT NULL AND s.image_key <> ''
    UNION ALL
    SELECT s.image_key, c.depth + 1 FROM chain c JOIN scopes s ON s.key = c.key WHERE s.image_key <> '' AND c.depth < 40
)
SELECT s.id FROM chain c JOIN scopes s ON s.key = c.key;

-- name: RequestChecks :exec
-- The caller has locked them.
UPDATE scopes SET check_requested_at = coalesce(check_requested_at, clock_timestamp()) WHERE id = ANY (@ids::uuid[]);

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

-- name: PutPin :many
-- Gives the jobs to look at. A pin that is there already is replaced.
WITH put AS (
    INSERT INTO resource_pins (resource_id, version, comment, pinned_by)
    SELECT o.id, @version::jsonb, @comment, @actor
    FROM objects o JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
    WHERE o.id = @resource_id AND o.kind = 'resource' AND t.name = @team
    ON CONFLICT (resource_id) DO UPDATE SET version = excluded.version, comment = excluded.comment, pinned_by = excluded.pinned_by, pinned_at = clock_timestamp()
    RETURNING resource_id
)
SELECT coalesce(j.id::text, '')::text AS job
FROM put JOIN objects o ON o.id = put.resource_id
LEFT JOIN objects j ON j.pipeline_id = o.pipeline_id AND j.kind = 'job' AND j.spec_digest IS NOT NULL;

-- name: DropPin :many
WITH gone AS (
    DELETE FROM resource_pins r USING objects o JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
    WHERE r.resource_id = o.id AND o.id = @resource_id AND t.name = @team
    RETURNING r.resource_id
)
SELECT coalesce(j.id::text, '')::text AS job
FROM gone JOIN objects o ON o.id = gone.resource_id
LEFT JOIN objects j ON j.pipeline_id = o.pipeline_id AND j.kind = 'job' AND j.spec_digest IS NOT NULL;

-- name: VersionOfResource :one
SELECT v.id FROM versions v JOIN resources r ON r.scope_id = v.scope_id
JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
WHERE r.object_id = @resource_id AND t.name = @team AND v.digest = @digest;

-- name: DisableVersion :many
WITH put AS (
    INSERT INTO disabled_versions (resource_id, version_id, disabled_by) VALUES (@resource_id, @version_id, @actor)
    ON CONFLICT (resource_id, version_id) DO NOTHING
    RETURNING resource_id
)
SELECT coalesce(j.id::text, '')::text AS job
FROM put JOIN objects o ON o.id = put.resource_id
LEFT JOIN objects j ON j.pipeline_id = o.pipeline_id AND j.kind = 'job' AND j.spec_digest IS NOT NULL;

-- name: EnableVersion :many
WITH gone AS (
    DELETE FROM disabled_versions d WHERE d.resource_id = @resource_id AND d.version_id = @version_id
    RETURNING d.resource_id
)
SELECT coalesce(j.id::text, '')::text AS job
FROM gone JOIN objects o ON o.id = gone.resource_id
LEFT JOIN objects j ON j.pipeline_id = o.pipeline_id AND j.kind = 'job' AND j.spec_digest IS NOT NULL;

-- name: PinsOf :many
SELECT resource_id, version, comment, pinned_by, pinned_at FROM resource_pins WHERE resource_id = ANY (@resources::uuid[]);

-- name: OthersOfScope :one
-- The scope of a resource, locked, and whether another team looks at it too.
SELECT s.id, EXISTS (SELECT FROM resources x JOIN objects xo ON xo.id = x.object_id JOIN pipelines xp ON xp.id = xo.pipeline_id
                     WHERE x.scope_id = s.id AND xp.team_id <> p.team_id AND xo.spec_digest IS NOT NULL)::boolean AS others
FROM scopes s JOIN resources r ON r.scope_id = s.id JOIN objects o ON o.id = r.object_id
JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
WHERE r.object_id = @resource_id AND t.name = @team AND o.spec_digest IS NOT NULL
FOR NO KEY UPDATE OF s;

-- name: ClearVersions :execrows
-- Builds speak of versions for ever, so the rows stay: without a place in the
-- order, as if no check had seen them.
UPDATE versions SET check_order = 0 WHERE scope_id = @scope_id AND check_order > 0;

-- name: CheckAnew :exec
UPDATE scopes SET check_requested_at = clock_timestamp(), check_requested_from = NULL WHERE id = @id;

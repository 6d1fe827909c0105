-- name: ScopesOf :many
SELECT DISTINCT r.scope_id FROM resources r JOIN objects o ON o.id = r.object_id
WHERE o.pipeline_id = @pipeline_id AND o.address = ANY (@addresses::text[]);

-- name: PutScopes :many
-- Locks them, in the order of their keys.
INSERT INTO scopes (id, key, resource_spec, type_spec, secrets, every_ms, timeout_ms, image_key, image_pin)
SELECT gen_random_uuid(), n.key, n.spec, n.type_spec, n.secrets, 0, 0, n.image_key, NULLIF(n.image_pin, '')::jsonb
FROM (SELECT unnest(@keys::text[]) AS key, unnest(@specs::bytea[]) AS spec, unnest(@type_specs::bytea[]) AS type_spec,
             unnest(@secrets::bytea[]) AS secrets, unnest(@image_keys::text[]) AS image_key, unnest(@image_pins::text[]) AS image_pin) n
ORDER BY n.key
ON CONFLICT (key) DO UPDATE SET resource_spec = excluded.resource_spec, type_spec = excluded.type_spec, secrets = excluded.secrets
RETURNING id;

-- name: LockScopes :exec
SELECT 1 FROM scopes WHERE id = ANY (@ids::uuid[]) ORDER BY key FOR NO KEY UPDATE;

-- name: PutResources :exec
INSERT INTO resources (object_id, scope_id, every_ms, timeout_ms)
SELECT o.id, s.id, n.every_ms, n.timeout_ms
FROM (SELECT unnest(@addresses::text[]) AS address, unnest(@keys::text[]) AS key,
    unnest(@everys::bigint[]) AS every_ms, unnest(@timeouts::bigint[]) AS timeout_ms) n
JOIN objects o ON o.pipeline_id = @pipeline_id AND o.address = n.address
JOIN scopes s ON s.key = n.key
ON CONFLICT (object_id) DO UPDATE SET
    scope_id = excluded.scope_id, every_ms = excluded.every_ms, timeout_ms = excluded.timeout_ms;

-- name: DeleteResources :exec
DELETE FROM resources r USING objects o
WHERE o.id = r.object_id AND o.pipeline_id = @pipeline_id AND o.address = ANY (@addresses::text[]);

-- name: RefreshScopes :exec
-- A scope is checked as often as the most eager of its resources wants, of those
-- whose pipelines are not archived. The caller has locked it, so that this sees what others who had it have written.
UPDATE scopes s SET every_ms = w.every_ms, timeout_ms = w.timeout_ms,
    check_due_at = CASE
        WHEN w.every_ms = 0 THEN NULL
        WHEN s.check_due_at IS NULL THEN clock_timestamp()
        ELSE least(s.check_due_at, clock_timestamp() + make_interval(secs => w.every_ms / 1000.0)) END
FROM (
    SELECT t.id, coalesce(min(r.every_ms) FILTER (WHERE r.every_ms > 0), 0) AS every_ms,
        coalesce(max(r.timeout_ms), 0) AS timeout_ms
    FROM (SELECT unnest(@ids::uuid[]) AS id) t
    LEFT JOIN (resources r JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id AND NOT p.archived) ON r.scope_id = t.id
    GROUP BY t.id
) w
WHERE s.id = w.id;

-- name: PipelineTeam :one
SELECT t.name FROM pipelines p JOIN teams t ON t.id = p.team_id WHERE p.id = @pipeline_id;

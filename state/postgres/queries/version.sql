-- name: LockScope :exec
SELECT 1 FROM scopes WHERE id = @id FOR NO KEY UPDATE;

-- name: LockScopeByKey :one
SELECT id FROM scopes WHERE key = @key FOR NO KEY UPDATE;

-- name: KnownVersions :many
-- That they were seen again is noted once a day: it keeps them from being deleted.
WITH seen AS (
    UPDATE versions x SET seen_at = clock_timestamp()
    WHERE x.scope_id = @scope_id AND x.digest = ANY (@digests::text[]) AND x.seen_at < clock_timestamp() - interval '1 day'
)
SELECT v.digest, v.check_order FROM versions v WHERE v.scope_id = @scope_id AND v.digest = ANY (@digests::text[]);

-- name: MostVersionOrder :one
SELECT coalesce(max(check_order), 0)::bigint AS most FROM versions WHERE scope_id = @scope_id;

-- name: PutVersionsOnTop :exec
-- The scope is locked. The versions go above all others, in their order.
INSERT INTO versions (scope_id, version, digest, check_order)
SELECT @scope_id, n.version::jsonb, n.digest, most.o + n.ord
FROM (SELECT unnest(@versions::text[]) AS version, unnest(@digests::text[]) AS digest, unnest(@ords::bigint[]) AS ord) n,
     (SELECT coalesce(max(check_order), 0) AS o FROM versions WHERE scope_id = @scope_id) most
ORDER BY n.ord
ON CONFLICT (scope_id, digest) DO UPDATE SET check_order = excluded.check_order, seen_at = clock_timestamp();

-- name: PutSeenVersion :one
-- A version that a get or put speaks of. What a put made goes on top, unless it
-- has a place already; the scope is locked.
INSERT INTO versions (scope_id, version, digest, metadata, check_order)
SELECT @scope_id, @version::jsonb, @digest, @metadata::jsonb, CASE WHEN @output::boolean THEN most.o + 1 ELSE 0 END
FROM (SELECT coalesce(max(check_order), 0) AS o FROM versions WHERE scope_id = @scope_id) most
ON CONFLICT (scope_id, digest) DO UPDATE
SET metadata = CASE WHEN excluded.metadata = '[]'::jsonb THEN versions.metadata ELSE excluded.metadata END,
    seen_at = clock_timestamp(),
    check_order = CASE WHEN versions.check_order = 0 THEN excluded.check_order ELSE versions.check_order END
RETURNING id;

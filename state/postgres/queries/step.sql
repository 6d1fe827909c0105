-- name: StepsOfBuild :many
SELECT path, status, attempt, started_at, retry_at, message, fault FROM steps WHERE build_id = @build_id;

-- name: InsertSteps :exec
INSERT INTO steps (build_id, path, ord, kind, name, status)
SELECT @build_id, n.path, n.ord, n.kind, n.name, 'waiting'
FROM (SELECT unnest(@paths::text[]) AS path, unnest(@ords::int[]) AS ord, unnest(@kinds::text[]) AS kind, unnest(@names::text[]) AS name) n
ON CONFLICT (build_id, path) DO NOTHING;

-- name: MoveSteps :exec
-- Each row must still be as it was when this was decided. Attempts count up, and
-- each has a beginning of its own.
WITH moved AS (
    UPDATE steps s
    SET status = n.to_status, attempt = n.attempt, message = n.message, fault = n.fault,
        retry_at = CASE WHEN n.to_status = 'ready' THEN n.retry_at END,
        started_at = CASE WHEN n.attempt > s.attempt THEN @now::timestamptz ELSE s.started_at END,
        ended_at = CASE WHEN n.ended THEN @now::timestamptz END
    FROM (SELECT unnest(@paths::text[]) AS path, unnest(@froms::text[]) AS from_status, unnest(@tos::text[]) AS to_status, unnest(@attempts::int[]) AS attempt,
                 unnest(@messages::text[]) AS message, unnest(@faults::text[]) AS fault, unnest(@retries::timestamptz[]) AS retry_at, unnest(@ends::boolean[]) AS ended) n
    WHERE s.build_id = @build_id AND s.path = n.path AND s.status = n.from_status
    RETURNING 1
)
SELECT weir_must((SELECT count(*) FROM moved) = cardinality(@paths::text[]), 'WE002');

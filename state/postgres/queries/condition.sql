-- name: PutConditions :exec
-- The time since when it waits is kept as long as the reason is the same.
INSERT INTO conditions (subject, type, reason, message)
SELECT n.subject, 'Waiting', n.reason, n.message
FROM (SELECT unnest(@subjects::text[]) AS subject, unnest(@reasons::text[]) AS reason, unnest(@messages::text[]) AS message) n
ORDER BY n.subject
ON CONFLICT (subject, type) DO UPDATE
SET reason = excluded.reason, message = excluded.message,
    since = CASE WHEN conditions.reason = excluded.reason THEN conditions.since ELSE clock_timestamp() END
WHERE conditions.reason <> excluded.reason OR conditions.message <> excluded.message;

-- name: DropConditions :exec
DELETE FROM conditions WHERE subject = ANY (@subjects::text[]);

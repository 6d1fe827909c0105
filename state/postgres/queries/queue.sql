-- name: EnqueueKeys :exec
-- Rows are written in the order of their keys, by everybody, so that two
-- transactions which enqueue the same keys never deadlock.
INSERT INTO queue (key, due_at)
SELECT k.key, coalesce(sqlc.narg('due_at')::timestamptz, clock_timestamp()) FROM unnest(@keys::text[]) AS k(key) ORDER BY k.key
ON CONFLICT (key) DO UPDATE SET due_at = least(queue.due_at, excluded.due_at), dirty = true;

-- name: MarkKeys :exec
-- EnqueueKeys without a lock that others wait for.
INSERT INTO queue_marks (key, due_at)
SELECT k.key, coalesce(sqlc.narg('due_at')::timestamptz, clock_timestamp()) FROM unnest(@keys::text[]) AS k(key);

-- name: TakeMarks :many
-- Turns marks into rows. One does at a time, and no other waits for it: whoever is
-- told of a mark that came too late for it looks again, and it is told of all.
WITH mine AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock(hashtext('weir'), hashtext('queue_marks')) AS got
), taken AS (
    DELETE FROM queue_marks WHERE ctid = ANY(ARRAY(SELECT m.ctid FROM queue_marks m, mine WHERE mine.got FOR UPDATE OF m SKIP LOCKED))
    RETURNING key, due_at
)
INSERT INTO queue (key, due_at)
SELECT key, min(due_at) FROM taken, (SELECT set_config('synchronous_commit', 'off', true) AS off) fast GROUP BY key ORDER BY key
ON CONFLICT (key) DO UPDATE SET due_at = least(queue.due_at, excluded.due_at), dirty = true
RETURNING key;

-- name: Notify :exec
-- It is never sent as it stands here: see pipelined.notify.
SELECT pg_notify(@channel::text, @payload::text);

-- name: NotifyAll :exec
SELECT pg_notify(n.channel, n.payload)
FROM (SELECT unnest(@channels::text[]) AS channel, unnest(@payloads::text[]) AS payload) n;

-- name: ClaimKeys :many
-- The epoch is the time in microseconds, not a count: a row may be deleted and
-- made anew, and a crash of PostgreSQL may forget a claim (it does not wait for
-- the disk), without an old holder ever passing for the new one. A transaction's
-- number would come again after a crash. fast is in FROM because an unused CTE is
-- not run.
WITH fast AS MATERIALIZED (
    SELECT set_config('synchronous_commit', 'off', true) AS off
), due AS MATERIALIZED (
    SELECT queue.key FROM queue, fast
    WHERE queue.due_at <= now() AND (queue.lease_until IS NULL OR queue.lease_until < now())
    ORDER BY queue.due_at
    LIMIT @n
    FOR UPDATE OF queue SKIP LOCKED
)
UPDATE queue q
SET holder = @holder::text, lease_until = clock_timestamp() + make_interval(secs => @lease::float8),
    epoch = greatest(q.epoch + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint), dirty = false
FROM due WHERE q.key = due.key
RETURNING q.key, q.epoch, q.due_at, q.failures;

-- name: ExtendKeys :many
UPDATE queue q SET lease_until = clock_timestamp() + make_interval(secs => @lease::float8)
FROM (SELECT set_config('synchronous_commit', 'off', true) AS off) fast,
    (SELECT unnest(@keys::text[]) AS key, unnest(@epochs::bigint[]) AS epoch) held
WHERE q.key = held.key AND q.epoch = held.epoch AND q.holder IS NOT NULL
RETURNING q.key, q.epoch;

-- name: ReleaseIdle :execrows
DELETE FROM queue q USING (SELECT set_config('synchronous_commit', 'off', true) AS off) fast
WHERE q.key = @key AND q.epoch = @epoch AND q.holder IS NOT NULL AND NOT q.dirty;

-- name: ReleaseNext :one
-- What was enqueued while the key was held is due now, whatever next says.
UPDATE queue q
SET holder = NULL, lease_until = NULL, dirty = false, failures = 0, last_error = '',
    due_at = CASE WHEN q.dirty THEN clock_timestamp() ELSE @next::timestamptz END,
    since = CASE WHEN q.dirty THEN clock_timestamp() ELSE q.since END
FROM (SELECT set_config('synchronous_commit', 'off', true) AS off) fast
WHERE q.key = @key AND q.epoch = @epoch AND q.holder IS NOT NULL
RETURNING q.due_at <= clock_timestamp() AS due;

-- name: ReleaseFailed :execrows
UPDATE queue q
SET holder = NULL, lease_until = NULL, dirty = false, failures = q.failures + 1, last_error = @last_error::text,
    due_at = clock_timestamp() + make_interval(secs => @delay::float8)
FROM (SELECT set_config('synchronous_commit', 'off', true) AS off) fast
WHERE q.key = @key AND q.epoch = @epoch AND q.holder IS NOT NULL;

-- name: FenceKey :exec
-- A claim does not take a row that is locked like this.
WITH held AS MATERIALIZED (SELECT 1 FROM queue WHERE key = @key AND epoch = @epoch AND holder IS NOT NULL FOR KEY SHARE)
SELECT weir_must(EXISTS (SELECT FROM held), 'WE001');

-- name: QueueDepth :many
-- A mark of a key that has no row yet waits like one.
WITH asked AS (
    SELECT key, due_at, lease_until FROM queue
    UNION ALL
    SELECT m.key, min(m.due_at), NULL FROM queue_marks m WHERE NOT EXISTS (SELECT 1 FROM queue q WHERE q.key = m.key) GROUP BY m.key
)
SELECT split_part(key, '/', 1)::text AS kind,
    count(*) AS keys,
    count(*) FILTER (WHERE due_at <= now() AND (lease_until IS NULL OR lease_until < now())) AS due,
    count(*) FILTER (WHERE lease_until >= now()) AS held,
    coalesce(1000 * extract(epoch FROM clock_timestamp() - min(due_at)
        FILTER (WHERE due_at <= now() AND (lease_until IS NULL OR lease_until < now()))), 0)::bigint AS oldest_ms
FROM asked GROUP BY 1 ORDER BY 1;

-- name: CommitSoon :exec
-- The commit does not wait for the disk. A crash may forget what was committed
-- last, all of it that came after some moment, as if it had not been.
SELECT set_config('synchronous_commit', 'off', true);

-- name: GarbageContainers :many
-- Those of runs that have ended, in which nobody is. ended_at is when their build
-- did, or the check; failed_at is of a build that did not succeed and has no newer
-- one that ended: somebody may want to look what went wrong.
SELECT c.run_id, c.worker_id, coalesce(r.ended_at, b.ended_at)::timestamptz AS run_ended_at,
    coalesce(b.ended_at, CASE WHEN r.scope_id IS NOT NULL THEN r.ended_at END, '0001-01-01 00:00:00+00')::timestamptz AS ended_at,
    (CASE WHEN b.ended_at IS NOT NULL AND b.status <> 'succeeded' AND r.status = 'exited'
          AND NOT EXISTS (SELECT 1 FROM builds n WHERE n.job_id = b.job_id AND n.number > b.number AND n.ended_at IS NOT NULL) THEN b.ended_at
     ELSE '0001-01-01 00:00:00+00' END)::timestamptz AS failed_at,
    (w.refuses <> '')::boolean AS pressed
FROM containers c JOIN runs r ON r.id = c.run_id JOIN workers w ON w.id = c.worker_id LEFT JOIN builds b ON b.id = r.build_id
WHERE c.status <> 'destroying' AND (b.ended_at IS NOT NULL OR r.ended_at IS NOT NULL) AND (c.held_until IS NULL OR c.held_until < clock_timestamp())
LIMIT 5000;

-- name: GarbageVolumes :many
-- Outputs of builds that have ended, those first that may go first. What was
-- fetched is kept for an hour after its last use, by whichever build. failed_at is
-- when a build ended that had it, did not succeed, and has no newer one that ended:
-- somebody may go on from there.
SELECT x.worker_id, x.handle, x.ended_at::timestamptz AS ended_at, x.failed_at::timestamptz AS failed_at, x.orphan::boolean AS orphan
FROM (
    SELECT v.worker_id, v.handle, (v.build_id IS NULL) AS orphan,
        coalesce(greatest(b.ended_at, (SELECT max(o.ended_at) FROM artifacts a JOIN builds o ON o.id = a.build_id WHERE a.worker_id = v.worker_id AND a.volume = v.handle),
            (SELECT max(f.used_at) + interval '1 hour' FROM fetches f WHERE f.worker_id = v.worker_id AND f.volume = v.handle)), '0001-01-01 00:00:00+00') AS ended_at,
        coalesce((SELECT max(o.ended_at) FROM artifacts a JOIN builds o ON o.id = a.build_id
            WHERE a.worker_id = v.worker_id AND a.volume = v.handle AND o.status <> 'succeeded'
              AND NOT EXISTS (SELECT 1 FROM builds n WHERE n.job_id = o.job_id AND n.number > o.number AND n.ended_at IS NOT NULL)), '0001-01-01 00:00:00+00') AS failed_at
    FROM volumes v LEFT JOIN builds b ON b.id = v.build_id
    WHERE v.status <> 'destroying' AND v.kind = 'output' AND (v.build_id IS NULL OR b.ended_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM artifacts a JOIN builds o ON o.id = a.build_id
                      WHERE a.worker_id = v.worker_id AND a.volume = v.handle AND o.ended_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM artifacts a JOIN builds n ON n.again_of = a.build_id AND n.cause = 'resume' AND n.ended_at IS NULL
                      WHERE a.worker_id = v.worker_id AND a.volume = v.handle)
) x
ORDER BY greatest(x.ended_at + make_interval(secs => @ended::float8), x.failed_at + make_interval(secs => @failed::float8)) LIMIT 5000;

-- name: GarbageCaches :many
-- Those that no build can be using: their job is gone, or has none that is open.
SELECT v.worker_id, v.handle, v.used_at, (v.job_id IS NULL)::boolean AS orphan
FROM volumes v
WHERE v.status <> 'destroying' AND v.kind = 'cache' AND v.used_at < clock_timestamp() - interval '1 hour'
  AND NOT EXISTS (SELECT 1 FROM builds b WHERE b.job_id = v.job_id AND b.status IN ('pending', 'running'))
ORDER BY v.job_id IS NULL DESC, v.used_at LIMIT 1000;

-- name: DestroyContainerRows :exec
UPDATE containers SET status = 'destroying' WHERE run_id = ANY (@runs::uuid[]) AND status <> 'destroying';

-- name: DestroyVolumeRows :exec
-- The artifacts in a volume go with it, and what is known of it.
WITH forgotten AS (
    DELETE FROM fetches f USING (SELECT unnest(@workers::uuid[]) AS worker, unnest(@handles::text[]) AS handle) n
    WHERE f.worker_id = n.worker AND f.volume = n.handle
), gone AS (
    UPDATE volumes v SET status = 'destroying'
    FROM (SELECT unnest(@workers::uuid[]) AS worker, unnest(@handles::text[]) AS handle) n
    WHERE v.worker_id = n.worker AND v.handle = n.handle AND v.status <> 'destroying'
    RETURNING v.worker_id, v.handle
)
DELETE FROM artifacts a USING gone WHERE a.worker_id = gone.worker_id AND a.volume = gone.handle;

-- name: DeleteOldWorkers :many
DELETE FROM workers WHERE id = ANY (@ids::uuid[]) AND status = 'stalled' RETURNING name;

-- name: DeleteOldCheckRuns :execrows
DELETE FROM runs r WHERE r.id IN (
    SELECT x.id FROM runs x LEFT JOIN scopes s ON s.check_run_id = x.id
    WHERE x.scope_id IS NOT NULL AND x.status IN ('exited', 'lost') AND x.ended_at < @before AND s.id IS NULL
      AND NOT EXISTS (SELECT 1 FROM containers c WHERE c.run_id = x.id)
    LIMIT 1000
);

-- name: NotifyWorkers :exec
SELECT pg_notify('weir_worker', w.id) FROM (SELECT DISTINCT unnest(@ids::text[]) AS id) w;

-- name: SweepQueue :execrows
-- The safety net under NOTIFY: whatever is open is looked at again. A key that
-- is there already stays as it is.
INSERT INTO queue (key, due_at)
SELECT k.key, clock_timestamp() FROM (
    SELECT 'build/' || id AS key FROM builds WHERE status IN ('pending', 'running')
    UNION SELECT 'job/' || job_id FROM builds WHERE status = 'pending'
    UNION SELECT 'job/' || id FROM objects WHERE schedule IS NOT NULL
    UNION SELECT 'scope/' || s.id FROM scopes s WHERE (s.check_due_at IS NOT NULL AND s.check_due_at <= clock_timestamp() OR s.check_requested_at IS NOT NULL OR s.check_run_id IS NOT NULL
                                                       OR s.every_ms > 0 AND s.check_due_at IS NULL)
    UNION SELECT 'worker/' || id FROM workers WHERE status <> 'landed'
    UNION SELECT 'place' FROM runs WHERE status = 'unplaced'
    UNION SELECT 'notify/' || coalesce(build_id, id) || '/' || address FROM notifications WHERE state = 'waiting'
    UNION SELECT 'gc'
    UNION SELECT 'retention'
    UNION SELECT 'upkeep'
) k ORDER BY k.key
ON CONFLICT (key) DO NOTHING;

-- name: DatabaseNow :one
SELECT clock_timestamp()::timestamptz AS now;

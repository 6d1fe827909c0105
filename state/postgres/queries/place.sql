-- name: UnplacedRuns :many
-- Of each team and tags the oldest of the highest priority, so that those of one never
-- hide another's, and all that are to end. From one team and tags to the next it goes by the index, however
-- many runs are between them.
WITH RECURSIVE kinds AS (
    (SELECT coalesce(r.team_id, '00000000-0000-0000-0000-000000000000'::uuid) AS team, r.tags FROM runs r WHERE r.status = 'unplaced' ORDER BY 1, 2 LIMIT 1)
    UNION ALL
    SELECT after.team, after.tags FROM kinds k, LATERAL (
        SELECT coalesce(r.team_id, '00000000-0000-0000-0000-000000000000'::uuid) AS team, r.tags FROM runs r
        WHERE r.status = 'unplaced' AND (coalesce(r.team_id, '00000000-0000-0000-0000-000000000000'::uuid), r.tags) > (k.team, k.tags) ORDER BY 1, 2 LIMIT 1) after
), chosen AS (
    (SELECT x.id, x.team_id, x.build_id, x.scope_id, x.tags, x.needs_worker_id, x.created_at, x.priority, false AS killed FROM kinds k, LATERAL (
        SELECT r.id, r.team_id, r.build_id, r.scope_id, r.tags, r.needs_worker_id, r.created_at, r.priority, row_number() OVER (ORDER BY r.priority DESC, r.created_at) AS place FROM runs r
        WHERE r.status = 'unplaced' AND coalesce(r.team_id, '00000000-0000-0000-0000-000000000000'::uuid) = k.team AND r.tags = k.tags AND r.kill_requested_at IS NULL
        ORDER BY r.priority DESC, r.created_at LIMIT @most) x
    ORDER BY x.place LIMIT @most)
    UNION ALL
    (SELECT r.id, r.team_id, r.build_id, r.scope_id, r.tags, r.needs_worker_id, r.created_at, r.priority, true FROM runs r
     WHERE r.status = 'unplaced' AND r.kill_requested_at IS NOT NULL ORDER BY r.kill_requested_at LIMIT @most)
)
SELECT r.id, coalesce(r.team_id::text, '')::text AS team, coalesce(r.build_id::text, '')::text AS build, coalesce(r.scope_id::text, '')::text AS scope,
       r.tags, coalesce(r.needs_worker_id::text, '')::text AS needs, r.created_at, r.killed::boolean AS killed, r.priority,
       coalesce(c.reason, '')::text AS held_for
FROM chosen r LEFT JOIN conditions c ON c.subject = 'run/' || r.id::text AND c.type = 'Waiting'
ORDER BY r.created_at, r.id;

-- name: WorkersWithLoad :many
SELECT w.id, w.name, coalesce(w.team_id::text, '')::text AS team, w.status, w.tags, w.capacity, w.heartbeat_at, w.refuses,
       (SELECT count(*) FROM runs r WHERE r.worker_id = w.id AND r.status IN ('assigned', 'running')) AS in_flight,
       clock_timestamp()::timestamptz AS now
FROM workers w ORDER BY w.name;

-- name: BuildHomes :many
-- Where a build's latest run went that did not fail for its worker's fault.
-- Before any went: where something is that it takes.
SELECT DISTINCT ON (x.build_id) x.build_id::uuid AS build_id, x.worker_id::uuid AS worker_id FROM (
    SELECT build_id, worker_id, created_at FROM runs
    WHERE build_id = ANY (@builds::uuid[]) AND worker_id IS NOT NULL AND status <> 'lost' AND NOT infra
    UNION ALL
    SELECT build_id, worker_id, '-infinity' FROM artifacts WHERE build_id = ANY (@builds::uuid[]) AND worker_id IS NOT NULL
) x ORDER BY x.build_id, x.created_at DESC, x.worker_id;

-- name: RunTasks :many
SELECT id, task FROM runs WHERE id = ANY (@ids::uuid[]);

-- name: AssignRuns :many
UPDATE runs r SET worker_id = n.worker, status = 'assigned', epoch = epoch + 1, assigned_at = clock_timestamp()
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@workers::uuid[]) AS worker) n
WHERE r.id = n.id AND r.status = ANY (@from_status::text[])
RETURNING r.id;

-- name: PutContainers :exec
INSERT INTO containers (run_id, worker_id, status)
SELECT n.run, n.worker, 'creating' FROM (SELECT unnest(@runs::uuid[]) AS run, unnest(@workers::uuid[]) AS worker) n
ON CONFLICT (run_id) DO UPDATE SET worker_id = excluded.worker_id, status = 'creating';

-- name: PutVolumes :exec
-- A cache may be there already, and may have been about to go: it does not.
INSERT INTO volumes (worker_id, handle, kind, build_id, job_id, status)
SELECT DISTINCT ON (n.worker, n.handle) n.worker, n.handle, n.kind, CASE WHEN n.kind = 'output' THEN nullif(n.build, '')::uuid END,
       CASE WHEN n.kind = 'cache' THEN (SELECT b.job_id FROM builds b WHERE b.id = nullif(n.build, '')::uuid) END, 'creating'
FROM (SELECT unnest(@workers::uuid[]) AS worker, unnest(@handles::text[]) AS handle, unnest(@kinds::text[]) AS kind, unnest(@builds::text[]) AS build) n
ORDER BY n.worker, n.handle
ON CONFLICT (worker_id, handle) DO UPDATE
SET used_at = clock_timestamp(), job_id = excluded.job_id, status = CASE volumes.status WHEN 'destroying' THEN 'creating' ELSE volumes.status END
WHERE volumes.kind = 'cache';

-- name: CancelUnplacedRuns :exec
UPDATE runs SET status = 'exited', message = 'ended before it had a worker', ended_at = clock_timestamp()
WHERE id = ANY (@ids::uuid[]) AND status = 'unplaced';

-- name: WorkerLiveness :one
SELECT workers.id, workers.name, workers.status, workers.heartbeat_at, clock_timestamp()::timestamptz AS now,
       EXISTS (SELECT 1 FROM runs r WHERE r.worker_id = workers.id AND r.status IN ('assigned', 'running')) AS busy
FROM workers WHERE workers.id = @id;

-- name: StallWorker :execrows
-- Unless it answered meanwhile.
UPDATE workers SET status = 'stalled', message = @message
WHERE id = @id AND status = ANY (@from_status::text[]) AND heartbeat_at = @heartbeat_at;

-- name: LoseWorkersRuns :many
UPDATE runs r SET status = 'lost', infra = true, message = @message, ended_at = clock_timestamp()
FROM workers w
WHERE w.id = @worker_id AND w.status = 'stalled' AND r.worker_id = w.id AND r.status = ANY (@from_status::text[])
RETURNING r.id, coalesce(r.build_id::text, '')::text AS build, coalesce(r.scope_id::text, '')::text AS scope;

-- name: UnplacedRuns :many
-- Of each team, tags, platform and size the oldest of the highest priority, so that those of one never hide
-- another's, and all that are to end. From one of them to the next it goes by the
-- index, however many runs are between them.
WITH RECURSIVE kinds AS (
    (SELECT coalesce(r.team_id, '00000000-0000-0000-0000-000000000000'::uuid) AS team, r.tags, r.platform, r.cpu_millis, r.memory_bytes FROM runs r
     WHERE r.status = 'unplaced' ORDER BY 1, 2, 3, 4, 5 LIMIT 1)
    UNION ALL
    SELECT after.team, after.tags, after.platform, after.cpu_millis, after.memory_bytes FROM kinds k, LATERAL (
        SELECT coalesce(r.team_id, '00000000-0000-0000-0000-000000000000'::uuid) AS team, r.tags, r.platform, r.cpu_millis, r.memory_bytes FROM runs r
        WHERE r.status = 'unplaced' AND (coalesce(r.team_id, '00000000-0000-0000-0000-000000000000'::uuid), r.tags, r.platform, r.cpu_millis, r.memory_bytes)
            > (k.team, k.tags, k.platform, k.cpu_millis, k.memory_bytes) ORDER BY 1, 2, 3, 4, 5 LIMIT 1) after
), chosen AS (
    (SELECT x.id, x.team_id, x.build_id, x.scope_id, x.kind, x.tags, x.platform,
            x.cpu_millis, x.memory_bytes, x.loose, x.interruptible, x.needs_worker_id, x.created_at, x.priority, false AS killed FROM kinds k, LATERAL (
        SELECT r.id, r.team_id, r.build_id, r.scope_id, r.kind, r.tags, r.platform,
            r.cpu_millis, r.memory_bytes, r.loose, r.interruptible, r.needs_worker_id, r.created_at, r.priority, row_number() OVER (ORDER BY r.priority DESC, r.created_at) AS place FROM runs r
        WHERE r.status = 'unplaced' AND coalesce(r.team_id, '00000000-0000-0000-0000-000000000000'::uuid) = k.team AND r.tags = k.tags AND r.platform = k.platform
            AND r.cpu_millis = k.cpu_millis AND r.memory_bytes = k.memory_bytes AND r.kill_requested_at IS NULL
        ORDER BY r.priority DESC, r.created_at LIMIT @most) x
    ORDER BY x.place LIMIT @most)
    UNION ALL
    (SELECT r.id, r.team_id, r.build_id, r.scope_id, r.kind, r.tags, r.platform,
            r.cpu_millis, r.memory_bytes, r.loose, r.interruptible, r.needs_worker_id, r.created_at, r.priority, true FROM runs r
     WHERE r.status = 'unplaced' AND r.kill_requested_at IS NOT NULL ORDER BY r.kill_requested_at LIMIT @most)
)
SELECT r.id, coalesce(r.team_id::text, '')::text AS team, coalesce(r.build_id::text, '')::text AS build, coalesce(r.scope_id::text, '')::text AS scope,
       coalesce(b.job_id::text, '')::text AS job, r.kind, r.tags, r.platform, r.cpu_millis, r.memory_bytes, r.loose, r.interruptible,
       coalesce(r.needs_worker_id::text, '')::text AS needs, r.created_at, r.killed::boolean AS killed, r.priority
FROM chosen r LEFT JOIN builds b ON b.id = r.build_id
ORDER BY r.created_at, r.id;

-- name: WorkersWithLoad :many
-- Volumes are counted only where somebody goes by them: there may be many.
SELECT w.id, w.name, coalesce(w.team_id::text, '')::text AS team, w.status, w.tags, w.platform, w.capacity, w.cpu_millis, w.memory_bytes,
       w.max_tasks, w.max_builds, w.heartbeat_at, w.refuses, l.in_flight, l.tasks, l.builds, l.cpu_reserved, l.memory_reserved,
       (CASE WHEN @count_volumes::boolean THEN (SELECT count(*) FROM volumes v WHERE v.worker_id = w.id AND v.status <> 'destroying') ELSE 0 END)::bigint AS volumes,
       clock_timestamp()::timestamptz AS now
FROM workers w, LATERAL (
    SELECT count(*) AS in_flight, count(*) FILTER (WHERE r.kind = 'task') AS tasks, count(r.build_id) AS builds,
           coalesce(sum(r.cpu_millis), 0)::bigint AS cpu_reserved, coalesce(sum(r.memory_bytes), 0)::bigint AS memory_reserved
    FROM runs r WHERE r.worker_id = w.id AND r.status IN ('assigned', 'running')) l
ORDER BY w.name;

-- name: OpenRunsOfBuilds :many
-- How many runs of which builds the workers have: of all workers, or of those that
-- limit how many builds they take.
SELECT r.worker_id::uuid AS worker_id, r.build_id::uuid AS build_id, b.job_id, count(*) AS runs
FROM runs r JOIN builds b ON b.id = r.build_id JOIN workers w ON w.id = r.worker_id
WHERE r.status IN ('assigned', 'running') AND (@all_workers::boolean OR w.max_builds > 0)
GROUP BY r.worker_id, r.build_id, b.job_id;

-- name: CachesOfJobs :many
SELECT v.worker_id, v.job_id::uuid AS job_id, count(*) AS caches FROM volumes v
WHERE v.job_id = ANY (@jobs::uuid[]) AND v.kind = 'cache' AND v.status <> 'destroying'
GROUP BY v.worker_id, v.job_id;

-- name: BuildHomes :many
-- Where a build's latest run went that did not fail for its worker's fault, and that
-- is bound to where the build is. Before any went: where something is that it takes.
SELECT b.id::uuid AS build_id, h.worker_id::uuid AS worker_id
FROM (SELECT unnest(@builds::uuid[]) AS id) b, LATERAL (
    SELECT x.worker_id FROM (
        SELECT r.worker_id, r.created_at FROM runs r
        WHERE r.build_id = b.id AND r.worker_id IS NOT NULL AND r.status <> 'lost' AND NOT r.infra AND NOT r.loose
        UNION ALL
        SELECT a.worker_id, '-infinity' FROM artifacts a WHERE a.build_id = b.id AND a.worker_id IS NOT NULL
    ) x ORDER BY x.created_at DESC, x.worker_id LIMIT 1
) h;

-- name: WaitReasons :many
-- A join with these, of subjects that are put together from ids, would be made row
-- by row: there are few by the planner's guess.
SELECT subject, reason FROM conditions WHERE subject = ANY (@subjects::text[]) AND type = 'Waiting';

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

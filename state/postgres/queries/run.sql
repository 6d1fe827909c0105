-- name: RunsOfBuild :many
SELECT id, step_path, attempt, status, coalesce(worker_id::text, '')::text AS worker, (kill_requested_at IS NOT NULL)::boolean AS killed, created_at,
       (started_at IS NOT NULL)::boolean AS started, exit_code, message, infra, timed_out, result, loose
FROM runs WHERE build_id = @build_id::uuid ORDER BY step_path, attempt;

-- name: RunByID :one
SELECT id, step_path, attempt, status, coalesce(worker_id::text, '')::text AS worker, (kill_requested_at IS NOT NULL)::boolean AS killed, created_at,
       (started_at IS NOT NULL)::boolean AS started, exit_code, message, infra, timed_out, result, loose
FROM runs WHERE id = @id;

-- name: AbandonRuns :many
-- Nobody waits for their end any more. What their workers still say is too late, and
-- their containers are taken away.
WITH gone AS (
    UPDATE runs SET status = CASE status WHEN 'unplaced' THEN 'exited' ELSE 'lost' END, message = @message, ended_at = clock_timestamp(),
        kill_requested_at = coalesce(kill_requested_at, clock_timestamp())
    WHERE id = ANY (@ids::uuid[]) AND status IN ('unplaced', 'assigned', 'running')
    RETURNING id, worker_id
), containers AS (
    UPDATE containers SET status = 'destroying' FROM gone WHERE containers.run_id = gone.id AND containers.status <> 'destroying'
)
SELECT coalesce(worker_id::text, '')::text AS worker FROM gone;

-- name: RunResult :one
SELECT result FROM runs WHERE id = @id;

-- name: ForgetHidden :exec
-- What a build has loaded and nobody may see ends with it.
UPDATE runs SET result = NULL WHERE build_id = @build_id::uuid AND hidden AND result IS NOT NULL;

-- name: LastLogChunks :many
SELECT records FROM log_chunks WHERE run_id = @run_id ORDER BY offset_from DESC LIMIT 4;

-- name: InsertBuildRuns :exec
-- A run's id follows from what it is: one that is there already is the same. It was
-- on the queue since what came before it ended: an attempt, another run, an approval.
INSERT INTO runs (id, team_id, build_id, step_path, attempt, kind, task, tags, needs_worker_id, hidden, priority,
    platform, cpu_millis, memory_bytes, loose, interruptible, status, queue_ms)
SELECT n.id, b.team_id, b.id, n.path, n.attempt, n.kind, n.task, coalesce(string_to_array(nullif(n.tags, ''), chr(31)), '{}'),
       nullif(n.worker, '')::uuid, n.hidden, o.priority, n.platform, n.cpu, n.memory, n.loose, n.interruptible, 'unplaced',
       greatest(0, 1000 * extract(epoch FROM clock_timestamp() - coalesce(last.ended_at, before.at, b.created_at)))
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@paths::text[]) AS path, unnest(@attempts::int[]) AS attempt, unnest(@kinds::text[]) AS kind,
             unnest(@tasks::bytea[]) AS task, unnest(@tags::text[]) AS tags, unnest(@workers::text[]) AS worker,
             unnest(@hiddens::boolean[]) AS hidden, unnest(@platforms::text[]) AS platform, unnest(@cpus::bigint[]) AS cpu,
             unnest(@memories::bigint[]) AS memory, unnest(@looses::boolean[]) AS loose, unnest(@interruptibles::boolean[]) AS interruptible) n
JOIN builds b ON b.id = @build_id JOIN objects o ON o.id = b.job_id
LEFT JOIN runs last ON last.build_id = b.id AND last.step_path = n.path AND last.attempt = n.attempt - 1
CROSS JOIN (
    SELECT greatest((SELECT max(r.ended_at) FROM runs r WHERE r.build_id = @build_id),
                    (SELECT max(a.answered_at) FROM approvals a WHERE a.build_id = @build_id)) AS at
) before
ON CONFLICT (id) DO NOTHING;

-- name: InsertCheckRun :exec
INSERT INTO runs (id, scope_id, kind, task, tags, status) VALUES (@id, @scope_id, 'check', @task, @tags, 'unplaced');

-- name: KillRuns :many
UPDATE runs SET kill_requested_at = clock_timestamp()
WHERE id = ANY (@ids::uuid[]) AND kill_requested_at IS NULL AND status IN ('unplaced', 'assigned', 'running')
RETURNING coalesce(worker_id::text, '')::text AS worker;

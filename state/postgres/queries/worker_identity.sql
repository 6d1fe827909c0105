-- name: GetWorkerByKey :one
SELECT id, name FROM workers WHERE key_hash = @key_hash;

-- name: EnrollWorker :one
-- A new row has not registered: it counts as landed, and takes nothing. The name
-- of a worker that lives is not given away; one that has never registered did
-- not get its key, perhaps.
INSERT INTO workers (id, name, status, key_hash, runtime, platform, capacity, version)
VALUES (gen_random_uuid(), @name, 'landed', @key_hash, '', '', 0, '')
ON CONFLICT (name) DO UPDATE SET key_hash = excluded.key_hash, epoch = workers.epoch + 1
WHERE workers.epoch = 0 OR workers.status IN ('stalled', 'landed')
    OR workers.heartbeat_at < clock_timestamp() - make_interval(secs => @dead_secs::float8)
RETURNING id, (xmax::text <> '0')::boolean AS again;

-- name: RegisterWorker :one
UPDATE workers
SET epoch = epoch + 1, status = @status, runtime = @runtime, platform = @platform, tags = @tags, capacity = @capacity,
    cpu_millis = @cpu_millis, memory_bytes = @memory_bytes, max_tasks = @max_tasks, max_builds = @max_builds,
    version = @version, message = '', registered_at = clock_timestamp(), heartbeat_at = clock_timestamp()
WHERE id = @id AND status = ANY(@from_status::text[])
RETURNING epoch;

-- name: LoseRunsOfWorker :many
-- Runs that a worker should have and has not, or has from another assignment.
UPDATE runs r
SET status = 'lost', infra = true, ended_at = clock_timestamp(), message = @message
WHERE r.worker_id = @worker_id::uuid
    AND (r.status = 'running' AND NOT EXISTS (
            SELECT 1 FROM (SELECT unnest(@ids::text[]) AS id, unnest(@epochs::bigint[]) AS epoch) has
            WHERE has.id = r.id::text AND has.epoch = r.epoch)
        OR r.status = 'assigned' AND EXISTS (
            SELECT 1 FROM (SELECT unnest(@ids::text[]) AS id, unnest(@epochs::bigint[]) AS epoch) has
            WHERE has.id = r.id::text AND has.epoch <> r.epoch))
RETURNING r.id, r.build_id, r.scope_id;

-- name: DestroyContainers :exec
UPDATE containers SET status = 'destroying' WHERE run_id = ANY(@runs::uuid[]);

-- name: OpenRunsOfWorker :many
SELECT id, epoch, log_offset FROM runs WHERE worker_id = @worker_id::uuid AND status IN ('assigned', 'running');

-- name: KeptContainers :many
-- Of runs that have ended.
SELECT c.run_id FROM containers c JOIN runs r ON r.id = c.run_id
WHERE c.worker_id = @worker_id AND c.status = 'created' AND r.worker_id = c.worker_id AND r.status = 'exited';

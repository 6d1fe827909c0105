-- name: WorkerOrders :many
-- There is a row without a run where there is nothing to do: the registration's
-- epoch comes with it, so that an old stream learns in one query that it is old.
SELECT w.epoch AS registration, r.id, r.epoch, r.kill_requested_at,
    (CASE WHEN r.status = 'assigned' THEN r.task END)::bytea AS task
FROM workers w
LEFT JOIN runs r ON r.worker_id = w.id
    AND (r.status = 'assigned' OR r.status = 'running' AND r.kill_requested_at IS NOT NULL)
WHERE w.id = @id
ORDER BY r.assigned_at, r.id;

-- name: BeatWorker :one
UPDATE workers SET heartbeat_at = clock_timestamp(), refuses = @refuses WHERE id = @id AND epoch = @epoch RETURNING status;

-- name: MoveWorker :execrows
UPDATE workers SET status = @status WHERE id = @id AND status = ANY(@from_status::text[]);

-- name: WorkerHasOpenRuns :one
SELECT EXISTS (SELECT 1 FROM runs WHERE worker_id = @worker_id::uuid AND status IN ('assigned', 'running'));

-- name: DeleteWorker :exec
DELETE FROM workers WHERE id = @id;

-- name: SeeContainers :exec
UPDATE containers SET status = 'created'
WHERE worker_id = @worker_id AND status = 'creating' AND run_id::text = ANY(@runs::text[]);

-- name: DropContainers :exec
DELETE FROM containers
WHERE worker_id = @worker_id AND status = 'destroying' AND NOT run_id::text = ANY(@runs::text[]);

-- name: UnwantedContainers :many
SELECT has.run::text FROM unnest(@runs::text[]) AS has(run)
LEFT JOIN containers c ON c.run_id::text = has.run AND c.worker_id = @worker_id
WHERE c.status = 'destroying' OR c.run_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM runs r WHERE r.id::text = has.run AND r.worker_id = @worker_id AND r.status IN ('assigned', 'running'));

-- name: SeeVolumes :exec
UPDATE volumes SET status = 'created'
WHERE worker_id = @worker_id AND status = 'creating' AND handle = ANY(@handles::text[]);

-- name: DropVolumes :exec
-- Those that are destroyed, and those that are lost; what was in them is not
-- anywhere any more.
WITH gone AS (
    DELETE FROM volumes
    WHERE volumes.worker_id = @worker_id::uuid AND status IN ('created', 'destroying') AND NOT handle = ANY(@handles::text[])
    RETURNING handle
)
UPDATE artifacts SET worker_id = NULL FROM gone
WHERE artifacts.worker_id = @worker_id::uuid AND artifacts.volume = gone.handle;

-- name: UnwantedVolumes :many
SELECT has.handle::text FROM unnest(@handles::text[]) AS has(handle)
LEFT JOIN volumes v ON v.handle = has.handle AND v.worker_id = @worker_id
WHERE v.handle IS NULL OR v.status = 'destroying';

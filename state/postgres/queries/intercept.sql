-- name: ContainersOfBuild :many
-- All its runs, and what is left of each.
SELECT r.id, r.step_path, coalesce(s.name, '')::text AS name, coalesce(s.kind, r.kind)::text AS kind, r.attempt, r.status, r.exit_code, r.infra, r.message,
    (r.started_at IS NOT NULL)::boolean AS ran, coalesce(w.name, '')::text AS worker, coalesce(w.status, '')::text AS worker_status, coalesce(c.status, '')::text AS container
FROM runs r LEFT JOIN steps s ON s.build_id = r.build_id AND s.path = r.step_path
LEFT JOIN containers c ON c.run_id = r.id LEFT JOIN workers w ON w.id = coalesce(c.worker_id, r.worker_id)
WHERE r.build_id = @build_id::uuid ORDER BY coalesce(s.ord, 0), r.step_path, r.attempt;

-- name: NewerBuild :one
-- The first build of the job after one that has ended; 0: none.
SELECT coalesce(min(n.number), 0)::bigint FROM builds b JOIN builds n ON n.job_id = b.job_id AND n.number > b.number AND n.ended_at IS NOT NULL WHERE b.id = @id;

-- name: ContainerToEnter :one
SELECT r.id, r.task, r.step_path, r.attempt, c.worker_id, w.name AS worker, p.team_id, p.name AS pipeline, o.address, b.number
FROM containers c JOIN runs r ON r.id = c.run_id JOIN workers w ON w.id = c.worker_id JOIN builds b ON b.id = r.build_id
JOIN objects o ON o.id = b.job_id JOIN pipelines p ON p.id = b.pipeline_id JOIN teams t ON t.id = b.team_id
WHERE c.run_id = @run_id AND t.name = @team AND c.status <> 'destroying';

-- name: HoldContainer :execrows
UPDATE containers SET held_until = clock_timestamp() + make_interval(secs => @seconds::float8) WHERE run_id = @run_id AND status <> 'destroying';

-- name: RunIsKept :one
SELECT EXISTS (SELECT 1 FROM containers WHERE run_id = @run_id AND status <> 'destroying');

-- name: Again :one
-- A build with all that decided about another: revision, inputs, params and images.
WITH taken AS (
    UPDATE objects SET next_number = next_number + 1
    WHERE objects.id = (SELECT x.job_id FROM builds x JOIN teams t ON t.id = x.team_id WHERE x.id = @build_id AND t.name = @team) AND spec_digest IS NOT NULL
    RETURNING objects.id, next_number - 1 AS number
), made AS (
    INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, created_by, params, again_of)
    SELECT gen_random_uuid(), b.team_id, b.pipeline_id, b.job_id, taken.number, b.revision, 'pending', @cause, @created_by, b.params, b.id
    FROM taken JOIN builds b ON b.job_id = taken.id WHERE b.id = @build_id
    RETURNING id, job_id, number
), had AS (
    INSERT INTO build_inputs (build_id, name, resource_id, version_id, first)
    SELECT made.id, i.name, i.resource_id, i.version_id, false FROM made, build_inputs i WHERE i.build_id = @build_id
), ran AS (
    INSERT INTO build_images (build_id, path, ref, digest)
    SELECT made.id, i.path, i.ref, i.digest FROM made, build_images i WHERE i.build_id = @build_id
)
SELECT made.id, job_id, made.number, o.address AS job, p.name AS pipeline FROM made JOIN objects o ON o.id = job_id JOIN pipelines p ON p.id = o.pipeline_id;

-- name: BeforeSteps :many
SELECT s.path, s.name, s.status FROM steps s WHERE s.build_id = @build_id;

-- name: BeforeArtifacts :many
-- What is still there of a build, where a worker that works has it, and which step
-- made it.
SELECT a.name, a.run_id, a.worker_id::text AS worker, a.volume, r.step_path, r.kind
FROM artifacts a JOIN runs r ON r.id = a.run_id
JOIN workers w ON w.id = a.worker_id AND w.status = 'running'
JOIN volumes v ON v.worker_id = a.worker_id AND v.handle = a.volume AND v.status <> 'destroying'
WHERE a.build_id = @build_id;

-- name: BeforePuts :many
-- What puts said that succeeded, of a build and of those that it resumed itself: the
-- newest last.
WITH RECURSIVE chain (id, again_of, depth) AS (
    SELECT b.id, b.again_of, 0 FROM builds b WHERE b.id = @build_id
    UNION ALL
    SELECT b.id, b.again_of, c.depth + 1 FROM chain c JOIN builds n ON n.id = c.id AND n.cause = 'resume' JOIN builds b ON b.id = c.again_of
)
SELECT r.step_path, coalesce(r.result, ''::bytea)::bytea AS result FROM chain c JOIN runs r ON r.build_id = c.id
WHERE r.kind = 'put' AND r.exit_code = 0 ORDER BY c.depth DESC, r.attempt;

-- name: KeptVolume :one
SELECT count(*) FROM (
    SELECT 1 FROM volumes v WHERE v.worker_id = @worker_id AND v.handle = @handle AND v.status <> 'destroying' FOR KEY SHARE
) x;

-- name: BuildJob :one
SELECT job_id FROM builds WHERE id = @build_id;

-- name: BuildHead :one
SELECT b.id, b.job_id, b.team_id, b.pipeline_id, t.name AS team, p.name AS pipeline, o.address, b.number, b.revision, p.revision AS current_revision, b.status,
       b.created_by, coalesce(b.abort_requested_by, '')::text AS abort_requested_by,
       coalesce(b.abort_forced_by, '')::text AS abort_forced_by, b.params, clock_timestamp()::timestamptz AS now,
       coalesce(CASE WHEN b.cause = 'resume' THEN r.id::text END, '')::text AS resumes, coalesce(r.number, 0)::bigint AS resumes_number,
       EXISTS (SELECT 1 FROM pipeline_parents s WHERE s.job_id = b.job_id) AS parent
FROM builds b JOIN teams t ON t.id = b.team_id JOIN pipelines p ON p.id = b.pipeline_id JOIN objects o ON o.id = b.job_id LEFT JOIN builds r ON r.id = b.again_of
WHERE b.id = @id;

-- name: BuildInputVersions :many
SELECT i.name, v.version FROM build_inputs i JOIN versions v ON v.id = i.version_id WHERE i.build_id = @build_id;

-- name: BuildImages :many
SELECT path, ref, digest FROM build_images WHERE build_id = @build_id ORDER BY path, ref;

-- name: BuildArtifacts :many
SELECT name, run_id, coalesce(worker_id::text, '')::text AS worker, volume FROM artifacts WHERE build_id = @build_id;

-- name: PutArtifacts :exec
-- A run whose worker is forgotten meanwhile leaves an artifact that nobody has.
INSERT INTO artifacts (build_id, name, run_id, worker_id, volume)
SELECT @build_id, n.name, n.run, r.worker_id, n.volume
FROM (SELECT unnest(@names::text[]) AS name, unnest(@runs::uuid[]) AS run, unnest(@volumes::text[]) AS volume) n
JOIN runs r ON r.id = n.run
ON CONFLICT (build_id, name) DO UPDATE SET run_id = excluded.run_id, worker_id = excluded.worker_id, volume = excluded.volume;

-- name: FetchesForBuild :many
-- What running workers keep of the versions that a build takes.
SELECT DISTINCT f.key, f.run_id, f.worker_id, f.volume, w.tags
FROM build_inputs i JOIN builds b ON b.id = i.build_id
JOIN fetches f ON f.pipeline_id = b.pipeline_id AND f.version_id = i.version_id
JOIN volumes v ON v.worker_id = f.worker_id AND v.handle = f.volume AND v.status <> 'destroying'
JOIN workers w ON w.id = f.worker_id AND w.status = 'running'
WHERE i.build_id = @build_id ORDER BY f.key, f.worker_id;

-- name: KeepFetch :exec
-- The volume is there since its run was placed.
INSERT INTO fetches (key, worker_id, volume, run_id, pipeline_id, version_id)
SELECT @key, r.worker_id, @volume, r.id, b.pipeline_id, i.version_id
FROM runs r JOIN builds b ON b.id = r.build_id JOIN build_inputs i ON i.build_id = b.id AND i.name = @name
JOIN volumes v ON v.worker_id = r.worker_id AND v.handle = @volume
WHERE r.id = @run_id
ON CONFLICT (pipeline_id, key, worker_id) DO UPDATE SET volume = excluded.volume, run_id = excluded.run_id, used_at = excluded.used_at;

-- name: UseFetch :execrows
UPDATE fetches f SET used_at = clock_timestamp()
FROM builds b WHERE b.id = @build_id AND f.pipeline_id = b.pipeline_id AND f.key = @key AND f.worker_id = @worker_id AND f.volume = @volume;

-- name: FinishBuild :execrows
UPDATE builds SET status = @status, message = @message, fault = @fault, ended_at = clock_timestamp()
WHERE id = @id AND status = ANY (@from_status::text[]);

-- name: StartPendingBuild :execrows
UPDATE builds SET status = 'running', started_at = clock_timestamp(), revision = CASE WHEN cause IN ('rerun', 'resume') THEN revision ELSE @revision END
WHERE id = @id AND status = ANY (@from_status::text[]) AND abort_requested_by IS NULL;

-- name: CreateRunningBuild :one
WITH taken AS (
    UPDATE objects SET next_number = next_number + 1
    WHERE objects.id = @job_id AND kind = 'job' AND spec_digest IS NOT NULL
    RETURNING objects.id, pipeline_id, next_number - 1 AS number
)
INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, started_at)
SELECT gen_random_uuid(), p.team_id, p.id, taken.id, taken.number, @revision, 'running', 'version', clock_timestamp()
FROM taken JOIN pipelines p ON p.id = taken.pipeline_id
RETURNING id;

-- name: InsertBuildInputs :exec
INSERT INTO build_inputs (build_id, name, resource_id, version_id, first)
SELECT @build_id, n.name, n.resource_id, n.version_id, n.first
FROM (SELECT unnest(@names::text[]) AS name, unnest(@resources::uuid[]) AS resource_id, unnest(@versions::bigint[]) AS version_id,
             unnest(@firsts::boolean[]) AS first) n
ON CONFLICT (build_id, name) DO UPDATE SET resource_id = excluded.resource_id, version_id = excluded.version_id, first = excluded.first;

-- name: InsertBuildOutput :exec
INSERT INTO build_outputs (build_id, name, resource_id, version_id) VALUES (@build_id, @name, @resource_id, @version_id)
ON CONFLICT (build_id, name, version_id) DO NOTHING;

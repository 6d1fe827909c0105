-- name: DoctorRunning :many
-- Builds that run, each with its job as it was at the build's revision.
SELECT b.id, b.job_id, b.pipeline_id, o.address, b.number, v.spec
FROM builds b JOIN objects o ON o.id = b.job_id
JOIN object_versions v ON v.object_id = b.job_id AND v.from_revision <= b.revision AND (v.to_revision IS NULL OR v.to_revision > b.revision)
WHERE b.status = 'running' ORDER BY b.job_id, b.number;

-- name: DoctorInputs :many
-- The newest builds that took versions, each input with the job as it was.
SELECT b.id, b.pipeline_id, o.address, b.number, i.name, i.resource_id, i.version_id, v.spec
FROM (SELECT x.id, x.pipeline_id, x.job_id, x.number, x.revision FROM builds x WHERE x.started_at IS NOT NULL AND x.cause IN ('version', 'manual', 'schedule') ORDER BY x.created_at DESC LIMIT @most) b
JOIN objects o ON o.id = b.job_id
JOIN object_versions v ON v.object_id = b.job_id AND v.from_revision <= b.revision AND (v.to_revision IS NULL OR v.to_revision > b.revision)
JOIN build_inputs i ON i.build_id = b.id ORDER BY b.id, i.name;

-- name: DoctorPassed :many
-- Which builds of a job, by its address then or now, had versions and succeeded.
SELECT DISTINCT o.pipeline_id, coalesce(v.address, o.address)::text AS job, x.resource_id, x.version_id, x.build_id
FROM passages x JOIN objects o ON o.id = x.job_id JOIN object_versions v ON v.object_id = o.id
WHERE x.version_id = ANY (@versions::bigint[]);

-- name: DoctorWhole :many
-- Jobs of which every build is still there.
SELECT DISTINCT o.pipeline_id, coalesce(v.address, o.address)::text AS job
FROM objects o JOIN object_versions v ON v.object_id = o.id
WHERE o.kind = 'job' AND o.next_number - 1 = (SELECT count(*) FROM builds b WHERE b.job_id = o.id);

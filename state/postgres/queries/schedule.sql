-- name: JobHead :one
SELECT o.id, p.team_id, o.pipeline_id, o.address, p.revision, o.changed_revision, o.paused, p.paused AS pipeline_paused,
       (o.spec_digest IS NULL)::boolean AS deleted, p.name AS pipeline, o.last_tick_at, clock_timestamp()::timestamptz AS now
FROM objects o JOIN pipelines p ON p.id = o.pipeline_id
WHERE o.id = @id AND o.kind = 'job';

-- name: OpenBuildsOfJobs :many
SELECT id, job_id, number, status, (abort_requested_by IS NOT NULL)::boolean AS abort_requested, cause FROM builds
WHERE job_id = ANY (@jobs::uuid[]) AND status IN ('pending', 'running') ORDER BY number;

-- name: FixedInputs :many
-- Of a job's pending builds.
SELECT build_id, name, resource_id, version_id, first FROM build_inputs
WHERE build_id = ANY (ARRAY(SELECT b.id FROM builds b WHERE b.job_id = @job_id AND b.status = 'pending'));

-- name: ScopeStates :many
SELECT key, id, last_error, (last_ended_at IS NOT NULL)::boolean AS ever_ended FROM scopes WHERE key = ANY (@keys::text[]);

-- name: NewestVersions :many
-- The newest of each scope that has what its pin names.
SELECT i.ord::int AS ord, v.id, v.check_order, v.version
FROM (SELECT unnest(@ords::int[]) AS ord, unnest(@keys::text[]) AS key, unnest(@pins::text[]) AS pin) i
JOIN scopes s ON s.key = i.key
CROSS JOIN LATERAL (
    SELECT x.id, x.check_order, x.version FROM versions x
    WHERE x.scope_id = s.id AND x.check_order > 0 AND x.version @> i.pin::jsonb
    ORDER BY x.check_order DESC LIMIT 1
) v;

-- name: EveryBaselines :many
-- Where version = "every" begins: after the newest version of the builds before
-- the job last changed, or with the version of its first build.
SELECT i.name::text AS name, coalesce(
    (SELECT max(h.version_id) FROM (
        SELECT bi.version_id FROM builds b JOIN build_inputs bi ON bi.build_id = b.id AND bi.name = i.name
        WHERE b.job_id = @job_id AND b.revision < @changed_revision ORDER BY b.number DESC LIMIT 200) h),
    (SELECT bi.version_id FROM builds b JOIN build_inputs bi ON bi.build_id = b.id AND bi.name = i.name
        WHERE b.job_id = @job_id ORDER BY b.number LIMIT 1), 0)::bigint AS baseline
FROM (SELECT unnest(@names::text[]) AS name) i;

-- name: UnusedVersions :many
-- The oldest that no build of the job has had, after a baseline.
SELECT i.ord::int AS ord, v.id, v.check_order, v.version
FROM (SELECT unnest(@ords::int[]) AS ord, unnest(@scopes::uuid[]) AS scope_id, unnest(@names::text[]) AS name, unnest(@baselines::bigint[]) AS baseline,
             unnest(@resources::uuid[]) AS resource_id, unnest(@pins::text[]) AS pin) i
CROSS JOIN LATERAL (
    SELECT x.id, x.check_order, x.version FROM versions x
    WHERE x.scope_id = i.scope_id AND x.check_order > 0 AND x.id > i.baseline AND x.version @> i.pin::jsonb
      AND NOT EXISTS (SELECT 1 FROM build_inputs bi JOIN builds b ON b.id = bi.build_id
                      WHERE bi.resource_id = i.resource_id AND bi.version_id = x.id AND bi.name = i.name AND b.job_id = @job_id)
    ORDER BY x.check_order LIMIT 50
) v;

-- name: UsedVersions :many
SELECT DISTINCT bi.name, bi.version_id FROM build_inputs bi JOIN builds b ON b.id = bi.build_id
WHERE b.job_id = @job_id AND bi.resource_id = ANY (@resources::uuid[]) AND bi.version_id = ANY (@versions::bigint[]);

-- name: Passages :many
-- What the newest succeeded builds of jobs had and made, newest build first.
SELECT b.job_id, b.id AS build_id, x.resource_id, v.id, v.check_order, v.version
FROM (SELECT unnest(@jobs::uuid[]) AS id) j
CROSS JOIN LATERAL (
    SELECT y.id, y.job_id, y.number FROM builds y WHERE y.job_id = j.id AND y.status = 'succeeded' ORDER BY y.number DESC LIMIT @most
) b
CROSS JOIN LATERAL (
    SELECT bi.resource_id, bi.version_id FROM build_inputs bi WHERE bi.build_id = b.id AND bi.resource_id = ANY (@resources::uuid[])
    UNION SELECT bo.resource_id, bo.version_id FROM build_outputs bo WHERE bo.build_id = b.id AND bo.resource_id = ANY (@resources::uuid[])
) x
JOIN versions v ON v.id = x.version_id
ORDER BY b.job_id, b.number DESC, v.check_order DESC;

-- name: LockGroups :exec
-- Held until the transaction ends. Everybody takes them in the same order.
SELECT pg_advisory_xact_lock(hashtextextended(g.name, 7764)) FROM (SELECT unnest(@names::text[]) AS name ORDER BY 1) g;

-- name: ObjectsAt :many
SELECT o.id, coalesce(v.address, o.address) AS address, o.kind, v.spec, v.exec_digest
FROM object_versions v JOIN objects o ON o.id = v.object_id
WHERE v.pipeline_id = @pipeline_id AND v.from_revision <= @revision AND (v.to_revision IS NULL OR v.to_revision > @revision);

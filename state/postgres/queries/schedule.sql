-- name: JobHead :one
SELECT o.id, p.team_id, o.pipeline_id, o.address, p.revision, o.changed_revision, o.paused, p.paused AS pipeline_paused, p.archived AS pipeline_archived,
       (o.spec_digest IS NULL)::boolean AS deleted, p.name AS pipeline, o.last_tick_at, clock_timestamp()::timestamptz AS now
FROM objects o JOIN pipelines p ON p.id = o.pipeline_id
WHERE o.id = @id AND o.kind = 'job';

-- name: OpenBuildsOfJobs :many
SELECT id, job_id, number, status, (abort_requested_by IS NOT NULL)::boolean AS abort_requested, cause, revision, created_at FROM builds
WHERE job_id = ANY (@jobs::uuid[]) AND status IN ('pending', 'running') ORDER BY number;

-- name: FirstWaiting :many
-- Of each of some jobs the oldest pending build that nothing but builds of its
-- groups are known to be in the way of.
SELECT DISTINCT ON (b.job_id) b.id, b.job_id, b.number, b.created_at FROM builds b
WHERE b.job_id = ANY (@jobs::uuid[]) AND b.status = 'pending' AND b.abort_requested_by IS NULL
    AND NOT EXISTS (SELECT 1 FROM conditions c WHERE c.subject = 'build/' || b.id AND c.reason NOT IN ('SerialGroup', 'MaxInFlight'))
ORDER BY b.job_id, b.created_at, b.id;

-- name: FixedInputs :many
-- Of a job's pending builds.
SELECT build_id, name, resource_id, version_id, first FROM build_inputs
WHERE build_id = ANY (ARRAY(SELECT b.id FROM builds b WHERE b.job_id = @job_id AND b.status = 'pending'));

-- name: ScopeStates :many
SELECT key, id, last_error, (last_ended_at IS NOT NULL)::boolean AS ever_ended FROM scopes WHERE key = ANY (@keys::text[]);

-- name: PinsByHand :many
SELECT resource_id, version, pinned_by, comment FROM resource_pins WHERE resource_id = ANY (@resources::uuid[]);

-- name: DisabledCounts :many
SELECT resource_id, count(*) AS versions FROM disabled_versions WHERE resource_id = ANY (@resources::uuid[]) GROUP BY resource_id;

-- name: NewestVersions :many
-- The newest of each scope that has what its pin names, and whether the job has had
-- it. Where they have to have passed jobs, those that passed each. What a pin leaves
-- is in a CASE: PostgreSQL would think it little, and read all to sort it.
SELECT i.ord::int AS ord, v.id, v.check_order, v.version,
       EXISTS (SELECT 1 FROM used_versions u WHERE u.job_id = @job_id AND u.name = i.name AND u.version_id = v.id)::boolean AS used
FROM (SELECT unnest(@ords::int[]) AS ord, unnest(@names::text[]) AS name, unnest(@keys::text[]) AS key, unnest(@resources::uuid[]) AS resource_id,
             unnest(@pins::text[])::jsonb AS pin, unnest(@by_hand::boolean[]) AS by_hand, unnest(@passed::text[])::uuid[] AS passed, unnest(@most::int[]) AS most) i
JOIN scopes s ON s.key = i.key
LEFT JOIN resource_pins rp ON i.by_hand AND rp.resource_id = i.resource_id
CROSS JOIN LATERAL (
    SELECT x.id, x.check_order, x.version FROM versions x
    WHERE x.scope_id = s.id AND (x.check_order > 0 OR i.passed <> '{}') AND CASE WHEN i.pin <> '{}' OR rp.version IS NOT NULL THEN x.version @> i.pin AND x.version @> coalesce(rp.version, '{}') ELSE true END
      AND NOT EXISTS (SELECT 1 FROM disabled_versions d WHERE d.resource_id = i.resource_id AND d.version_id = x.id)
      AND CASE WHEN i.passed = '{}' THEN true ELSE coalesce((
          SELECT p.jobs @> i.passed FROM passed_versions p WHERE p.resource_id = i.resource_id AND p.version_id = x.id), false) END
    ORDER BY x.check_order DESC, x.id DESC LIMIT i.most
) v;

-- name: VersionsAmong :many
-- Those of some versions that inputs may have, as in NewestVersions.
SELECT i.ord::int AS ord, x.id, x.check_order, x.version,
       EXISTS (SELECT 1 FROM used_versions u WHERE u.job_id = @job_id AND u.name = i.name AND u.version_id = x.id)::boolean AS used
FROM (SELECT unnest(@ords::int[]) AS ord, unnest(@names::text[]) AS name, unnest(@keys::text[]) AS key, unnest(@resources::uuid[]) AS resource_id,
             unnest(@pins::text[])::jsonb AS pin, unnest(@by_hand::boolean[]) AS by_hand, unnest(@passed::text[])::uuid[] AS passed, unnest(@among::text[])::bigint[] AS among) i
JOIN scopes s ON s.key = i.key
LEFT JOIN resource_pins rp ON i.by_hand AND rp.resource_id = i.resource_id
CROSS JOIN LATERAL unnest(i.among) AS a (id)
JOIN versions x ON x.id = a.id AND x.scope_id = s.id
WHERE CASE WHEN i.pin <> '{}' OR rp.version IS NOT NULL THEN x.version @> i.pin AND x.version @> coalesce(rp.version, '{}') ELSE true END
  AND NOT EXISTS (SELECT 1 FROM disabled_versions d WHERE d.resource_id = i.resource_id AND d.version_id = x.id)
  AND (i.passed = '{}' OR coalesce((SELECT p.jobs @> i.passed FROM passed_versions p WHERE p.resource_id = i.resource_id AND p.version_id = x.id), false));

-- name: EveryBaselines :many
-- Where version = "every" begins: after the newest version of the builds before
-- the job last changed, or with the version of its first build.
SELECT i.name::text AS name, coalesce(
    (SELECT max(h.version_id) FROM (
        SELECT bi.version_id FROM builds b JOIN build_inputs bi ON bi.build_id = b.id AND bi.name = i.name
        WHERE b.job_id = @job_id AND b.revision < @changed_revision ORDER BY b.revision DESC, b.number DESC LIMIT 200) h),
    (SELECT bi.version_id FROM builds b JOIN build_inputs bi ON bi.build_id = b.id AND bi.name = i.name
        WHERE b.job_id = @job_id ORDER BY b.number LIMIT 1), 0)::bigint AS baseline
FROM (SELECT unnest(@names::text[]) AS name) i;

-- name: UnusedVersions :many
-- The oldest that no build of the job has had, after a baseline.
SELECT i.ord::int AS ord, v.id, v.check_order, v.version
FROM (SELECT unnest(@ords::int[]) AS ord, unnest(@names::text[]) AS name, unnest(@keys::text[]) AS key, unnest(@resources::uuid[]) AS resource_id,
             unnest(@pins::text[])::jsonb AS pin, unnest(@by_hand::boolean[]) AS by_hand, unnest(@passed::text[])::uuid[] AS passed, unnest(@most::int[]) AS most,
             unnest(@baselines::bigint[]) AS baseline) i
JOIN scopes s ON s.key = i.key
LEFT JOIN resource_pins rp ON i.by_hand AND rp.resource_id = i.resource_id
CROSS JOIN LATERAL (
    SELECT x.id, x.check_order, x.version FROM versions x
    WHERE x.scope_id = s.id AND (x.check_order > 0 OR i.passed <> '{}') AND x.id > i.baseline AND CASE WHEN i.pin <> '{}' OR rp.version IS NOT NULL THEN x.version @> i.pin AND x.version @> coalesce(rp.version, '{}') ELSE true END
      AND NOT EXISTS (SELECT 1 FROM disabled_versions d WHERE d.resource_id = i.resource_id AND d.version_id = x.id)
      AND NOT EXISTS (SELECT 1 FROM used_versions u WHERE u.job_id = @job_id AND u.name = i.name AND u.version_id = x.id)
      AND CASE WHEN i.passed = '{}' THEN true ELSE coalesce((
          SELECT p.jobs @> i.passed FROM passed_versions p WHERE p.resource_id = i.resource_id AND p.version_id = x.id), false) END
    ORDER BY x.check_order, x.id LIMIT i.most
) v;

-- name: LockGroups :exec
-- Held until the transaction ends. Everybody takes them in the same order.
SELECT pg_advisory_xact_lock(hashtextextended(g.name, 7764)) FROM (SELECT unnest(@names::text[]) AS name ORDER BY 1) g;

-- name: ObjectsAt :many
SELECT o.id, coalesce(v.address, o.address) AS address, o.kind, v.spec, v.exec_digest
FROM object_versions v JOIN objects o ON o.id = v.object_id
WHERE v.pipeline_id = @pipeline_id AND v.from_revision <= @revision AND (v.to_revision IS NULL OR v.to_revision > @revision);

-- name: MarkScopes :exec
-- Those that no resource wants any more begin to wait for their end; those that one
-- wants again do not.
UPDATE scopes s SET unused_since = CASE WHEN s.unused_since IS NULL THEN clock_timestamp() END
WHERE (s.unused_since IS NULL) = NOT EXISTS (SELECT 1 FROM resources r WHERE r.scope_id = s.id);

-- name: UnusedScopes :many
-- Those that nothing speaks of: no build, nothing that was fetched, no check.
SELECT s.id, s.unused_since FROM scopes s
WHERE s.unused_since < @before::timestamptz AND s.check_run_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM resources r WHERE r.scope_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.scope_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.scope_id = s.id AND (
      EXISTS (SELECT 1 FROM build_inputs i WHERE i.version_id = v.id) OR EXISTS (SELECT 1 FROM build_outputs o WHERE o.version_id = v.id)
      OR EXISTS (SELECT 1 FROM fetches f WHERE f.version_id = v.id)))
ORDER BY s.unused_since LIMIT @most;

-- name: LockUnusedScopes :many
-- An apply that takes one up again has it locked: then it stays.
SELECT id FROM scopes WHERE id = ANY (@ids::uuid[]) ORDER BY key FOR UPDATE SKIP LOCKED;

-- name: DeleteScopes :execrows
DELETE FROM scopes s WHERE s.id = ANY (@ids::uuid[]) AND s.unused_since IS NOT NULL AND NOT EXISTS (SELECT 1 FROM resources r WHERE r.scope_id = s.id);

-- name: ForgetScopes :exec
WITH conditions AS (DELETE FROM conditions WHERE subject = ANY (@keys::text[]))
DELETE FROM queue WHERE key = ANY (@keys::text[]) AND holder IS NULL;

-- name: OldRevisions :many
-- Those before the newest so many. Of a live node the revision that changed it says
-- who did.
SELECT r.pipeline_id, r.number, p.revision AS newest FROM revisions r JOIN pipelines p ON p.id = r.pipeline_id
WHERE r.number <= p.revision - @keep::bigint
  AND NOT EXISTS (SELECT 1 FROM objects o JOIN builds b ON b.job_id = o.id AND b.revision = r.number WHERE o.pipeline_id = r.pipeline_id)
  AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.pipeline_id = r.pipeline_id AND o.changed_revision = r.number AND o.spec_digest IS NOT NULL)
ORDER BY r.pipeline_id, r.number LIMIT @most;

-- name: LockPipelines :exec
-- No build of theirs starts meanwhile, and nobody applies to them.
SELECT 1 FROM pipelines WHERE id = ANY (@ids::uuid[]) ORDER BY id FOR UPDATE;

-- name: DeleteRevisions :execrows
DELETE FROM revisions r USING (SELECT unnest(@pipelines::uuid[]) AS pipeline_id, unnest(@numbers::bigint[]) AS number) n
WHERE r.pipeline_id = n.pipeline_id AND r.number = n.number
  AND r.number < (SELECT p.revision FROM pipelines p WHERE p.id = r.pipeline_id)
  AND NOT EXISTS (SELECT 1 FROM objects o JOIN builds b ON b.job_id = o.id AND b.revision = r.number WHERE o.pipeline_id = r.pipeline_id);

-- name: DeleteDefinitions :execrows
-- What nodes said at no revision that is left. What each said last stays.
DELETE FROM object_versions v WHERE v.pipeline_id = ANY (@pipelines::uuid[]) AND v.to_revision IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM revisions r WHERE r.pipeline_id = v.pipeline_id AND r.number >= v.from_revision AND r.number < v.to_revision)
  AND EXISTS (SELECT 1 FROM object_versions n WHERE n.object_id = v.object_id AND n.from_revision > v.from_revision);

-- name: OldArchives :many
SELECT p.id, p.archived_at::timestamptz AS archived_at FROM pipelines p
WHERE p.archived_at < @before::timestamptz
  AND NOT EXISTS (SELECT 1 FROM builds b WHERE b.pipeline_id = p.id AND b.status IN ('pending', 'running'))
ORDER BY p.archived_at LIMIT @most;

-- name: LockArchive :many
-- None where it is not archived any more, or something of it runs.
SELECT p.team_id, p.name, p.revision, p.archived_at::timestamptz AS archived_at FROM pipelines p
WHERE p.id = @id AND p.archived FOR UPDATE;

-- name: ScopesWithOldVersions :many
-- Scopes after one, in the order of their ids, and whether each has versions that
-- are not of the newest so many and were not seen since; newest is the place of the
-- oldest of those, latest that of the newest of all.
SELECT s.id, newest.place AS newest, latest.place AS latest,
    EXISTS (SELECT 1 FROM versions y WHERE y.scope_id = s.id AND y.check_order < newest.place AND y.seen_at < @before::timestamptz)::boolean AS old
FROM (SELECT x.id, @keep::bigint AS keep FROM scopes x WHERE x.id > @after::uuid ORDER BY x.id LIMIT @most) s
CROSS JOIN LATERAL (SELECT coalesce((SELECT l.check_order FROM versions l WHERE l.scope_id = s.id ORDER BY l.check_order DESC LIMIT 1), 0)::bigint AS place) latest
CROSS JOIN LATERAL (SELECT CASE WHEN s.keep = 0 THEN latest.place ELSE
    coalesce((SELECT n.check_order FROM versions n WHERE n.scope_id = s.id ORDER BY n.check_order DESC OFFSET greatest(s.keep - 1, 0) LIMIT 1), 0) END::bigint AS place) newest
ORDER BY s.id;

-- name: OldVersions :many
-- Some of those, and who speaks of each.
SELECT x.id, x.check_order, x.version, x.seen_at,
    (EXISTS (SELECT 1 FROM build_inputs i WHERE i.version_id = x.id) OR EXISTS (SELECT 1 FROM build_outputs o WHERE o.version_id = x.id)
     OR EXISTS (SELECT 1 FROM fetches f WHERE f.version_id = x.id))::boolean AS of_build,
    EXISTS (SELECT 1 FROM passed_versions p JOIN resources r ON r.object_id = p.resource_id WHERE r.scope_id = @scope_id AND p.version_id = x.id AND p.jobs <> '{}')::boolean AS passed,
    EXISTS (SELECT 1 FROM disabled_versions d WHERE d.version_id = x.id)::boolean AS disabled,
    EXISTS (SELECT 1 FROM (SELECT unnest(@every_jobs::uuid[]) AS job_id, unnest(@every_names::text[]) AS name, unnest(@baselines::bigint[]) AS baseline) e
            WHERE x.id > e.baseline AND NOT EXISTS (SELECT 1 FROM used_versions u WHERE u.job_id = e.job_id AND u.name = e.name AND u.version_id = x.id))::boolean AS due
FROM versions x
WHERE x.scope_id = @scope_id AND x.check_order < @newest::bigint AND x.seen_at < @before::timestamptz AND x.id > @after::bigint
ORDER BY x.id LIMIT @most;

-- name: NewestEnabled :many
-- What each resource of a scope has as its latest version.
SELECT v.id FROM resources r CROSS JOIN LATERAL (
    SELECT x.id FROM versions x WHERE x.scope_id = r.scope_id AND x.check_order > 0
      AND NOT EXISTS (SELECT 1 FROM disabled_versions d WHERE d.resource_id = r.object_id AND d.version_id = x.id)
    ORDER BY x.check_order DESC LIMIT 1) v
WHERE r.scope_id = @scope_id;

-- name: HandPinsOfScope :many
SELECT p.version FROM resource_pins p JOIN resources r ON r.object_id = p.resource_id WHERE r.scope_id = @scope_id;

-- name: DeleteVersions :many
-- Of those that were decided on, what nothing has begun to speak of since.
DELETE FROM versions v WHERE v.id = ANY (@ids::bigint[]) AND v.scope_id = @scope_id AND v.seen_at < @before::timestamptz
  AND NOT EXISTS (SELECT 1 FROM build_inputs i WHERE i.version_id = v.id) AND NOT EXISTS (SELECT 1 FROM build_outputs o WHERE o.version_id = v.id)
  AND NOT EXISTS (SELECT 1 FROM fetches f WHERE f.version_id = v.id) AND NOT EXISTS (SELECT 1 FROM disabled_versions d WHERE d.version_id = v.id)
  AND NOT EXISTS (SELECT 1 FROM resource_pins p JOIN resources r ON r.object_id = p.resource_id WHERE r.scope_id = v.scope_id AND v.version @> p.version)
RETURNING v.id;

-- name: ForgetVersions :exec
WITH passed AS (
    DELETE FROM passed_versions p USING resources r WHERE r.scope_id = @scope_id AND p.resource_id = r.object_id AND p.version_id = ANY (@ids::bigint[])
)
DELETE FROM used_versions u WHERE u.version_id = ANY (@ids::bigint[]) AND u.job_id IN (
    SELECT j.id FROM resources r JOIN objects o ON o.id = r.object_id JOIN objects j ON j.pipeline_id = o.pipeline_id AND j.kind = 'job' WHERE r.scope_id = @scope_id);

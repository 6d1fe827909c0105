-- name: APIPipelines :many
SELECT p.name, p.revision, p.paused, p.archived,
       coalesce(r.digest, '')::text AS digest, coalesce(r.actor, '')::text AS actor, r.created_at AS applied_at,
       (SELECT count(*) FROM objects o WHERE o.pipeline_id = p.id AND o.kind = 'job' AND o.spec_digest IS NOT NULL)::integer AS jobs,
       (SELECT count(*) FROM objects o WHERE o.pipeline_id = p.id AND o.kind = 'resource' AND o.spec_digest IS NOT NULL)::integer AS resources
FROM pipelines p
JOIN teams t ON t.id = p.team_id
LEFT JOIN revisions r ON r.pipeline_id = p.id AND r.number = p.revision
WHERE t.name = @team AND (@archived_too::boolean OR NOT p.archived)
ORDER BY p.name;

-- name: APIPipeline :one
SELECT p.id, p.team_id, p.revision, p.paused FROM pipelines p JOIN teams t ON t.id = p.team_id
WHERE t.name = @team AND p.name = @pipeline;

-- name: APIObjects :many
-- Jobs or resources of a pipeline, deleted ones last.
SELECT o.id, o.address, (o.spec_digest IS NOT NULL)::boolean AS live
FROM objects o JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
WHERE t.name = @team AND p.name = @pipeline AND o.kind = @kind
ORDER BY live DESC, o.address;

-- name: APIObjectAt :one
SELECT o.id, o.address, (o.spec_digest IS NOT NULL)::boolean AS live
FROM objects o JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
WHERE t.name = @team AND p.name = @pipeline AND o.address = @address;

-- name: APIConditions :many
-- Of each subject that has one, the condition that has stood longest.
SELECT DISTINCT ON (subject) subject, reason, message, since FROM conditions
WHERE subject = ANY (@subjects::text[])
ORDER BY subject, since, type;

-- name: APIDrift :many
-- How the live objects of one team do.
SELECT p.name AS pipeline, p.paused AS pipeline_paused, o.address, o.kind, o.paused, v.spec,
       coalesce(s.failures, 0)::integer AS failures, coalesce(s.last_error, '')::text AS last_error,
       coalesce(s.check_due_at < clock_timestamp() - interval '5 minutes', false)::boolean AS check_late,
       (s.last_ok_at IS NOT NULL)::boolean AS checked, s.id AS scope_id
FROM objects o
JOIN pipelines p ON p.id = o.pipeline_id
JOIN teams t ON t.id = p.team_id
LEFT JOIN object_versions v ON v.object_id = o.id AND v.to_revision IS NULL
LEFT JOIN resources r ON r.object_id = o.id
LEFT JOIN scopes s ON s.id = r.scope_id
WHERE t.name = @team AND (@pipeline::text = '' AND NOT p.archived OR p.name = @pipeline) AND o.spec_digest IS NOT NULL
ORDER BY p.name, o.address;

-- name: APIHasVersion :one
SELECT EXISTS (SELECT FROM versions WHERE scope_id = @scope_id AND version = @version)::boolean;

-- name: APIObserved :many
-- What is known of the live objects of a pipeline, for the effects of a plan.
SELECT o.address,
       (SELECT count(*) FROM versions v JOIN resources r ON r.scope_id = v.scope_id
        WHERE r.object_id = o.id AND v.check_order > 0) AS versions,
       (SELECT count(*) FROM builds b WHERE b.job_id = o.id) AS builds,
       (SELECT coalesce(array_agg(b.number ORDER BY b.number), '{}') FROM builds b
        WHERE b.job_id = o.id AND b.status IN ('pending', 'running'))::bigint[] AS open
FROM objects o JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
WHERE t.name = @team AND p.name = @pipeline AND o.spec_digest IS NOT NULL;

-- name: APIJobs :many
SELECT o.id, p.name AS pipeline, o.address, (o.paused OR p.paused)::boolean AS paused, coalesce(l.id::text, '')::text AS last_id, coalesce(n.id::text, '')::text AS next_id
FROM objects o
JOIN pipelines p ON p.id = o.pipeline_id
JOIN teams t ON t.id = p.team_id
LEFT JOIN LATERAL (SELECT b.id FROM builds b WHERE b.job_id = o.id AND b.ended_at IS NOT NULL ORDER BY b.number DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT b.id FROM builds b WHERE b.job_id = o.id AND b.status IN ('pending', 'running') ORDER BY b.number LIMIT 1) n ON true
WHERE t.name = @team AND (@pipeline::text = '' AND NOT p.archived OR p.name = @pipeline) AND o.kind = 'job' AND o.spec_digest IS NOT NULL
ORDER BY p.name, o.address;

-- name: APIBuilds :many
SELECT b.id, p.name AS pipeline, o.address AS job, b.number, b.status, b.cause, b.created_by, b.message, b.revision,
       b.created_at, b.started_at, b.ended_at, b.reaped_at, b.fault,
       coalesce(b.abort_requested_by, '')::text AS abort_requested_by, coalesce(b.abort_forced_by, '')::text AS abort_forced_by
FROM builds b
JOIN pipelines p ON p.id = b.pipeline_id
JOIN teams t ON t.id = b.team_id
JOIN objects o ON o.id = b.job_id
WHERE t.name = @team AND b.id = ANY (@ids::uuid[])
ORDER BY b.created_at DESC, b.number DESC;

-- name: APINewestBuilds :many
-- A pipeline's newest come from one index each.
SELECT b.id
FROM pipelines p
JOIN teams t ON t.id = p.team_id
CROSS JOIN LATERAL (SELECT x.id, x.created_at, x.number FROM builds x WHERE x.pipeline_id = p.id ORDER BY x.created_at DESC LIMIT @most) b
WHERE t.name = @team AND (@pipeline::text = '' AND NOT p.archived OR p.name = @pipeline)
ORDER BY b.created_at DESC, b.number DESC LIMIT @most;

-- name: APINewestBuildsOfJob :many
SELECT b.id FROM builds b JOIN teams t ON t.id = b.team_id
WHERE t.name = @team AND b.job_id = @job_id
ORDER BY b.number DESC LIMIT @most;

-- name: APIBuildByNumber :one
SELECT b.id FROM builds b JOIN teams t ON t.id = b.team_id
WHERE t.name = @team AND b.job_id = @job_id AND (@number::bigint = 0 OR b.number = @number)
ORDER BY b.number DESC LIMIT 1;

-- name: APIBuildVersions :many
SELECT i.build_id, i.name, o.address AS resource, v.version, false AS output
FROM build_inputs i JOIN objects o ON o.id = i.resource_id JOIN versions v ON v.id = i.version_id
WHERE i.build_id = ANY (@build_ids::uuid[])
UNION ALL
SELECT u.build_id, u.name, o.address, v.version, true
FROM build_outputs u JOIN objects o ON o.id = u.resource_id JOIN versions v ON v.id = u.version_id
WHERE u.build_id = ANY (@build_ids::uuid[])
ORDER BY 1, 5, 2;

-- name: APISteps :many
-- Rows that came later (attempts, values of across) stand where their step stands.
SELECT path, kind, name, status, attempt, message, started_at, ended_at, fault FROM steps
WHERE build_id = @build_id
ORDER BY ord, string_to_array(regexp_replace(path, '[a-z_]+', '0', 'g'), '.')::int[], path;

-- name: APITrigger :one
-- The number is taken and the build is made in one statement: a number is never
-- used twice, and never skipped by a trigger that fails.
WITH taken AS (
    UPDATE objects SET next_number = next_number + 1
    WHERE objects.id = @job_id AND kind = 'job' AND spec_digest IS NOT NULL
    RETURNING objects.id, pipeline_id, next_number - 1 AS number
)
INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, created_by, params)
SELECT gen_random_uuid(), p.team_id, p.id, taken.id, taken.number, p.revision, 'pending', 'manual', @created_by, @params
FROM taken JOIN pipelines p ON p.id = taken.pipeline_id JOIN teams t ON t.id = p.team_id
WHERE t.name = @team
RETURNING id, number, (SELECT o.address FROM objects o WHERE o.id = job_id)::text AS job, (SELECT p.name FROM pipelines p WHERE p.id = pipeline_id)::text AS pipeline;

-- name: APIJobSpec :one
SELECT v.spec FROM object_versions v WHERE v.object_id = @job_id AND v.to_revision IS NULL;

-- name: APIAbort :one
-- A build that has not started ends at once; one that runs is ended by its
-- decider. A build that has ended is left alone. Asked for a second time by people,
-- a build that runs is not waited for any more.
UPDATE builds SET
    abort_requested_by = coalesce(abort_requested_by, @actor::text),
    abort_forced_by = CASE WHEN status = 'running' AND abort_requested_by IS NOT NULL AND NOT abort_by_key THEN coalesce(abort_forced_by, @actor::text) END,
    abort_by_key = false,
    status   = CASE status WHEN 'pending' THEN 'aborted' ELSE status END,
    ended_at = CASE status WHEN 'pending' THEN clock_timestamp() ELSE ended_at END,
    message  = CASE status WHEN 'pending' THEN @message::text ELSE message END
WHERE builds.id = @id AND team_id = (SELECT teams.id FROM teams WHERE teams.name = @team) AND status IN ('pending', 'running')
RETURNING status, job_id, (abort_forced_by IS NOT NULL)::boolean AS forced,
    (CASE status WHEN 'aborted' THEN 'pending' ELSE status END)::text AS was;

-- name: APIClearConditions :exec
DELETE FROM conditions WHERE subject = @subject;

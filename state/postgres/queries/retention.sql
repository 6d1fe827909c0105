-- name: RetentionJobs :many
-- In the order of their ids, with what they said last.
SELECT o.id, v.spec, t.keep_builds, t.keep_days, t.keep_succeeded
FROM objects o JOIN pipelines p ON p.id = o.pipeline_id JOIN teams t ON t.id = p.team_id
CROSS JOIN LATERAL (SELECT x.spec FROM object_versions x WHERE x.object_id = o.id ORDER BY x.from_revision DESC LIMIT 1) v
WHERE o.kind = 'job' AND o.id > @after::uuid ORDER BY o.id LIMIT @most;

-- name: WholeBuilds :many
-- Those that are not reaped, oldest end first. What still needs a run keeps its
-- build whole: a container, an artifact on a worker, and what a run fetched that
-- others use. The pair is compared so that the plan reads a job's own builds, in
-- their order, and not those of all jobs that ended before.
SELECT b.id, b.job_id, b.number, b.status, b.ended_at::timestamptz AS ended_at, newest.number AS newest, succeeded.number AS newest_succeeded
FROM (SELECT unnest(@jobs::uuid[]) AS id, unnest(@builds::int[]) AS builds, unnest(@succeeded::int[]) AS succeeded, unnest(@befores::timestamptz[]) AS before) j
CROSS JOIN LATERAL (SELECT coalesce((SELECT x.number FROM builds x WHERE x.job_id = j.id ORDER BY x.number DESC OFFSET greatest(j.builds - 1, 0) LIMIT 1), 0)::bigint AS number) newest
CROSS JOIN LATERAL (SELECT coalesce((SELECT x.number FROM builds x WHERE x.job_id = j.id AND x.status = 'succeeded' ORDER BY x.number DESC OFFSET greatest(j.succeeded - 1, 0) LIMIT 1), 0)::bigint AS number) succeeded
CROSS JOIN LATERAL (
    SELECT y.id, y.job_id, y.number, y.status, y.ended_at FROM builds y
    WHERE y.job_id = j.id AND y.reaped_at IS NULL AND y.ended_at IS NOT NULL AND (y.job_id, y.ended_at) < (j.id, j.before)
      AND (j.builds = 0 OR y.number < newest.number) AND (j.succeeded = 0 OR y.status <> 'succeeded' OR y.number < succeeded.number)
      AND NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.build_id = y.id AND a.worker_id IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.build_id = y.id AND (
          EXISTS (SELECT 1 FROM containers c WHERE c.run_id = r.id) OR EXISTS (SELECT 1 FROM fetches f WHERE f.run_id = r.id)
          OR EXISTS (SELECT 1 FROM artifacts a WHERE a.run_id = r.id AND a.build_id <> y.id)))
    ORDER BY y.ended_at LIMIT @most
) b LIMIT @most;

-- name: ReapedBuilds :many
SELECT b.id, b.job_id, b.number, b.status, b.ended_at::timestamptz AS ended_at, newest.number AS newest, succeeded.number AS newest_succeeded
FROM (SELECT unnest(@jobs::uuid[]) AS id, unnest(@builds::int[]) AS builds, unnest(@succeeded::int[]) AS succeeded, unnest(@befores::timestamptz[]) AS before) j
CROSS JOIN LATERAL (SELECT coalesce((SELECT x.number FROM builds x WHERE x.job_id = j.id ORDER BY x.number DESC OFFSET greatest(j.builds - 1, 0) LIMIT 1), 0)::bigint AS number) newest
CROSS JOIN LATERAL (SELECT coalesce((SELECT x.number FROM builds x WHERE x.job_id = j.id AND x.status = 'succeeded' ORDER BY x.number DESC OFFSET greatest(j.succeeded - 1, 0) LIMIT 1), 0)::bigint AS number) succeeded
CROSS JOIN LATERAL (
    SELECT y.id, y.job_id, y.number, y.status, y.ended_at FROM builds y
    WHERE y.job_id = j.id AND y.reaped_at IS NOT NULL AND (y.job_id, y.ended_at) < (j.id, j.before)
      AND (j.builds = 0 OR y.number < newest.number) AND (j.succeeded = 0 OR y.status <> 'succeeded' OR y.number < succeeded.number)
    ORDER BY y.ended_at LIMIT @most
) b LIMIT @most;

-- name: ReapBuilds :one
-- Steps, runs and logs in one: whoever looks sees all or nothing of a build. A
-- build that something needs by now stays.
WITH gone AS (
    UPDATE builds y SET reaped_at = clock_timestamp()
    WHERE y.id = ANY (@ids::uuid[]) AND y.reaped_at IS NULL AND y.ended_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.build_id = y.id AND a.worker_id IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.build_id = y.id AND (
          EXISTS (SELECT 1 FROM containers c WHERE c.run_id = r.id) OR EXISTS (SELECT 1 FROM fetches f WHERE f.run_id = r.id)
          OR EXISTS (SELECT 1 FROM artifacts a WHERE a.run_id = r.id AND a.build_id <> y.id)))
    RETURNING y.id
), steps AS (
    DELETE FROM steps s USING gone WHERE s.build_id = gone.id
), ran AS (
    DELETE FROM runs r USING gone WHERE r.build_id = gone.id RETURNING r.log_offset
)
SELECT (SELECT count(*) FROM gone) AS builds, (SELECT count(*) FROM ran) AS runs, (SELECT coalesce(sum(log_offset), 0) FROM ran)::bigint AS log_bytes;

-- name: ForgetPassages :exec
-- What no build is left to have passed with has not passed: nobody could say
-- together with what.
WITH gone AS (
    SELECT p.resource_id, p.version_id, array_agg(DISTINCT p.job_id) AS jobs FROM passages p
    WHERE p.build_id = ANY (@ids::uuid[]) AND NOT EXISTS (
        SELECT 1 FROM passages o WHERE o.job_id = p.job_id AND o.resource_id = p.resource_id AND o.version_id = p.version_id AND o.build_id <> ALL (@ids::uuid[]))
    GROUP BY p.resource_id, p.version_id
)
UPDATE passed_versions v SET jobs = ARRAY(SELECT j FROM unnest(v.jobs) j WHERE j <> ALL (gone.jobs))
FROM gone WHERE v.resource_id = gone.resource_id AND v.version_id = gone.version_id;

-- name: DeleteReapedBuilds :execrows
DELETE FROM builds WHERE id = ANY (@ids::uuid[]) AND reaped_at IS NOT NULL;

-- name: CountCollected :exec
INSERT INTO collected (kind, total, last_at)
SELECT n.kind, n.count, clock_timestamp() FROM (SELECT unnest(@kinds::text[]) AS kind, unnest(@counts::bigint[]) AS count) n
WHERE n.count > 0 ORDER BY n.kind
ON CONFLICT (kind) DO UPDATE SET total = collected.total + excluded.total, last_at = excluded.last_at;

-- name: Collected :many
SELECT kind, total FROM collected ORDER BY kind;

-- name: SetTeamRetention :execrows
UPDATE teams SET keep_builds = sqlc.narg('builds'), keep_days = sqlc.narg('days'), keep_succeeded = sqlc.narg('succeeded') WHERE name = @team;

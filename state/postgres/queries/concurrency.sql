-- name: Rivals :many
-- The open builds of a team with a concurrency key, oldest first. A pending one is
-- ready as long as nothing but the key is known to be in its way.
SELECT b.id, p.name AS pipeline, o.address, b.number, (b.status = 'running')::boolean AS running, (b.abort_requested_by IS NOT NULL)::boolean AS ending,
       (NOT EXISTS (SELECT 1 FROM conditions c WHERE c.subject = 'build/' || b.id AND c.reason <> 'Concurrency'))::boolean AS ready, o.priority
FROM objects o JOIN pipelines p ON p.id = o.pipeline_id JOIN builds b ON b.job_id = o.id AND b.status IN ('pending', 'running')
WHERE p.team_id = @team_id AND o.concurrency_key = @key::text
ORDER BY b.created_at, b.id;

-- name: RunningWithKey :one
SELECT count(*) FROM objects o JOIN pipelines p ON p.id = o.pipeline_id JOIN builds b ON b.job_id = o.id AND b.status = 'running'
WHERE p.team_id = @team_id AND o.concurrency_key = @key::text;

-- name: WaitingForKey :many
-- Jobs with builds that may wait for it.
SELECT DISTINCT o.id FROM objects o JOIN pipelines p ON p.id = o.pipeline_id JOIN builds b ON b.job_id = o.id AND b.status = 'pending'
WHERE p.team_id = @team_id AND o.concurrency_key = @key::text;

-- name: WaitingWithJob :many
-- The same, for the key of a job.
SELECT DISTINCT o.id FROM objects j JOIN pipelines jp ON jp.id = j.pipeline_id
JOIN objects o ON o.concurrency_key = j.concurrency_key JOIN pipelines p ON p.id = o.pipeline_id AND p.team_id = jp.team_id
JOIN builds b ON b.job_id = o.id AND b.status = 'pending'
WHERE j.id = @job_id AND o.id <> j.id;

-- name: TakeOver :many
-- Ends builds that another takes the place of: pending ones at once.
UPDATE builds SET
    abort_requested_by = coalesce(abort_requested_by, @actor::text),
    abort_by_key = abort_by_key OR abort_requested_by IS NULL,
    status   = CASE status WHEN 'pending' THEN 'aborted' ELSE status END,
    ended_at = CASE status WHEN 'pending' THEN clock_timestamp() ELSE ended_at END,
    message  = CASE status WHEN 'pending' THEN @message::text ELSE message END
WHERE builds.id = @id AND status IN ('pending', 'running')
RETURNING status, job_id;

-- name: CreateWaitingBuild :one
-- A tick has one build, however often it is seen.
WITH taken AS (
    UPDATE objects SET next_number = next_number + 1
    WHERE objects.id = @job_id AND kind = 'job' AND spec_digest IS NOT NULL
    RETURNING objects.id, pipeline_id, next_number - 1 AS number
)
INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, tick_at)
SELECT gen_random_uuid(), p.team_id, p.id, taken.id, taken.number, p.revision, 'pending', @cause, sqlc.narg('tick_at')::timestamptz
FROM taken JOIN pipelines p ON p.id = taken.pipeline_id
RETURNING id;

-- name: SeeTick :execrows
UPDATE objects SET last_tick_at = @upto::timestamptz WHERE id = @id AND last_tick_at = @was::timestamptz;

-- name: StartClocks :exec
-- A clock that is new, or another one, ticks from now on.
UPDATE objects o SET concurrency_key = nullif(n.key, ''), schedule = nullif(n.schedule, ''), priority = n.priority,
    last_tick_at = CASE WHEN n.schedule = '' THEN NULL WHEN o.schedule IS DISTINCT FROM n.schedule THEN clock_timestamp() ELSE o.last_tick_at END
FROM (SELECT unnest(@addresses::text[]) AS address, unnest(@keys::text[]) AS key, unnest(@schedules::text[]) AS schedule, unnest(@priorities::smallint[]) AS priority) n
WHERE o.pipeline_id = @pipeline_id AND o.address = n.address;

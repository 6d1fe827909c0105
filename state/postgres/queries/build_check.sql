-- name: ResourcesToCheck :many
-- Of a job's pipeline those at some addresses that nobody has pinned by hand.
SELECT o.id, v.spec, r.scope_id
FROM objects j JOIN objects o ON o.pipeline_id = j.pipeline_id JOIN resources r ON r.object_id = o.id
JOIN object_versions v ON v.object_id = o.id AND v.to_revision IS NULL
WHERE j.id = @job_id AND o.address = ANY (@addresses::text[]) AND o.spec_digest IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM resource_pins p WHERE p.resource_id = o.id);

-- name: AskForChecks :exec
-- The scopes are locked: a check that begins later begins after what is noted here.
WITH asked AS (
    UPDATE scopes SET check_requested_at = coalesce(check_requested_at, clock_timestamp()) WHERE id = ANY (@scopes::uuid[])
)
INSERT INTO build_checks (build_id, resource_id, scope_id, asked_at)
SELECT @build_id, n.resource, n.scope, clock_timestamp() FROM (SELECT unnest(@resources::uuid[]) AS resource, unnest(@scopes::uuid[]) AS scope) n;

-- name: JobsThatAsked :many
-- Jobs with builds that what is known of a scope's check is an answer to: to all that
-- asked before it began, or, where none could even begin, to all.
SELECT DISTINCT b.job_id FROM build_checks c JOIN scopes s ON s.id = c.scope_id JOIN builds b ON b.id = c.build_id
WHERE c.scope_id = @scope_id AND c.ended_at IS NULL AND (s.check_run_id IS NULL OR c.asked_at <= s.last_started_at);

-- name: AnswerChecks :exec
-- Before the scope forgets its run.
UPDATE build_checks c SET ended_at = clock_timestamp(), error = @error
FROM scopes s
WHERE s.id = c.scope_id AND c.scope_id = @scope_id AND c.ended_at IS NULL AND (@no_run::boolean OR c.asked_at <= s.last_started_at);

-- name: OpenChecks :many
-- Of a job's pending builds.
SELECT c.build_id, c.resource_id, s.key, c.asked_at FROM build_checks c JOIN scopes s ON s.id = c.scope_id
WHERE c.ended_at IS NULL AND c.build_id = ANY (ARRAY(SELECT b.id FROM builds b WHERE b.job_id = @job_id AND b.status = 'pending'));

-- name: ChecksOfBuilds :many
SELECT c.build_id, o.address AS resource, c.asked_at, c.ended_at, c.error FROM build_checks c JOIN objects o ON o.id = c.resource_id
WHERE c.build_id = ANY (@builds::uuid[]) ORDER BY c.asked_at, o.address;

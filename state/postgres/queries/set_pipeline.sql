-- name: SetsOfBuild :many
SELECT run_id, refused, message, fault FROM pipeline_sets WHERE build_id = @build_id;

-- name: AnswerSet :exec
INSERT INTO pipeline_sets (run_id, build_id, refused, message, fault) VALUES (@run_id, @build_id, @refused, @message, @fault);

-- name: EndSetLog :exec
-- What a server adds to the log of a run that has ended. The graph that the run has
-- answered is of no more use.
WITH moved AS (
    UPDATE runs SET log_offset = log_offset + @size::bigint, result = NULL WHERE id = @id RETURNING id, log_offset
)
INSERT INTO log_chunks (run_id, offset_from, offset_to, records)
SELECT id, log_offset - @size::bigint, log_offset, @records::bytea FROM moved WHERE @size::bigint > 0;

-- name: NewerSetter :many
-- The build that has set a pipeline, if it is newer than another.
SELECT o.address, s.build_number, p.name AS pipeline
FROM pipeline_parents s JOIN objects o ON o.id = s.job_id JOIN pipelines p ON p.id = o.pipeline_id, builds b
WHERE s.pipeline_id = @pipeline_id AND b.id = @build_id AND s.build_at > b.created_at
ORDER BY s.build_at DESC LIMIT 1;

-- name: SetParent :exec
INSERT INTO pipeline_parents (pipeline_id, own, job_id, build_number, build_at)
SELECT @pipeline_id, b.pipeline_id = @pipeline_id, b.job_id, b.number, b.created_at FROM builds b WHERE b.id = @build_id
ON CONFLICT (pipeline_id, own) DO UPDATE SET job_id = excluded.job_id, build_number = excluded.build_number, build_at = excluded.build_at;

-- name: ForgetParents :exec
DELETE FROM pipeline_parents WHERE pipeline_id = @pipeline_id;

-- name: ForgetParentsOf :exec
DELETE FROM pipeline_parents s USING pipelines p, teams t
WHERE p.id = s.pipeline_id AND t.id = p.team_id AND t.name = @team AND p.name = @pipeline;

-- name: ForsakenChildren :many
-- Pipelines that a job has set, and its newest build that succeeded has not.
SELECT p.id, p.team_id, p.name
FROM pipeline_parents s JOIN pipelines p ON p.id = s.pipeline_id
WHERE s.job_id = @job_id AND NOT s.own AND NOT p.archived AND s.build_number < (
    SELECT b.number FROM builds b WHERE b.job_id = @job_id AND b.status = 'succeeded' ORDER BY b.number DESC LIMIT 1)
ORDER BY p.name;

-- name: ChildrenOfJobs :many
SELECT p.id, p.team_id, p.name
FROM pipeline_parents s JOIN pipelines p ON p.id = s.pipeline_id
WHERE s.job_id = ANY (@job_ids::uuid[]) AND NOT s.own AND NOT p.archived ORDER BY p.name;

-- name: ChildrenOfPipeline :many
SELECT p.id, p.team_id, p.name
FROM pipeline_parents s JOIN objects o ON o.id = s.job_id JOIN pipelines p ON p.id = s.pipeline_id
WHERE o.pipeline_id = @pipeline_id AND NOT s.own AND NOT p.archived ORDER BY p.name;

-- name: ArchiveChild :execrows
UPDATE pipelines SET archived = true, archived_at = clock_timestamp() WHERE id = @id AND NOT archived;

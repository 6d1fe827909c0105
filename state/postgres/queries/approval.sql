-- name: AskApprovals :exec
INSERT INTO approvals (build_id, path, message, approvers, expires_at)
VALUES (@build_id, @path, @message, @approvers::text[], @expires_at)
ON CONFLICT (build_id, path) DO NOTHING;

-- name: AnswersOfBuild :many
SELECT path, approved, answered_by, comment FROM approvals WHERE build_id = @build_id AND approved IS NOT NULL;

-- name: OpenApprovals :many
-- What a team is asked, the longest first. An empty pipeline or build is any.
SELECT a.build_id, p.name AS pipeline, o.address AS job, b.number, a.path, s.name AS step, a.message, a.approvers, a.asked_at, a.expires_at
FROM approvals a
JOIN builds b ON b.id = a.build_id AND b.status = 'running'
JOIN steps s ON s.build_id = a.build_id AND s.path = a.path AND s.status = 'blocked'
JOIN pipelines p ON p.id = b.pipeline_id
JOIN teams t ON t.id = b.team_id
JOIN objects o ON o.id = b.job_id
WHERE a.approved IS NULL AND t.name = @team AND (@pipeline::text = '' OR p.name = @pipeline) AND (@build_id::text = '' OR b.id::text = @build_id)
ORDER BY a.asked_at, a.path;

-- name: AnswerApproval :execrows
-- The first answer counts, while the step still asks.
UPDATE approvals a
SET approved = @approved::boolean, answered_by = @actor, comment = @comment, answered_at = clock_timestamp()
WHERE a.build_id = @build_id AND a.path = @path AND a.approved IS NULL AND (a.expires_at IS NULL OR a.expires_at > clock_timestamp())
  AND EXISTS (SELECT 1 FROM steps s WHERE s.build_id = a.build_id AND s.path = a.path AND s.status = 'blocked')
  AND EXISTS (SELECT 1 FROM builds b JOIN teams t ON t.id = b.team_id WHERE b.id = a.build_id AND t.name = @team);

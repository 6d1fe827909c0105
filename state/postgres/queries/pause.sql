-- name: PauseJob :many
UPDATE objects o SET paused = @paused
FROM pipelines p JOIN teams t ON t.id = p.team_id
WHERE o.id = @job_id AND o.pipeline_id = p.id AND t.name = @team AND o.paused <> @paused
RETURNING p.name || '/' || o.address;

-- name: PausePipeline :many
-- Gives the jobs to look at.
WITH changed AS (
    UPDATE pipelines p SET paused = @paused FROM teams t
    WHERE t.id = p.team_id AND t.name = @team AND p.name = @pipeline AND p.paused <> @paused
    RETURNING p.id
)
SELECT changed.id AS pipeline_id, coalesce(o.id::text, '')::text AS job
FROM changed LEFT JOIN objects o ON o.pipeline_id = changed.id AND o.kind = 'job' AND o.spec_digest IS NOT NULL;

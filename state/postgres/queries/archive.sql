-- name: IsArchived :many
SELECT p.id FROM pipelines p JOIN teams t ON t.id = p.team_id WHERE t.name = @team AND p.name = @pipeline AND p.archived;

-- name: ArchivePipeline :many
-- Gives the pipeline where it was not so already.
UPDATE pipelines p SET archived = @archived, archived_at = CASE WHEN @archived THEN clock_timestamp() END FROM teams t
WHERE t.id = p.team_id AND t.name = @team AND p.name = @pipeline AND p.archived <> @archived
RETURNING p.id;

-- name: UnarchiveApplied :execrows
UPDATE pipelines SET archived = false, archived_at = NULL WHERE id = @id AND archived;

-- name: ScopesOfPipeline :many
SELECT DISTINCT r.scope_id FROM resources r JOIN objects o ON o.id = r.object_id WHERE o.pipeline_id = @pipeline_id;

-- name: JobsOfPipeline :many
SELECT id FROM objects WHERE pipeline_id = @pipeline_id AND kind = 'job' AND spec_digest IS NOT NULL;

-- name: RestartClocks :exec
-- What they would have started while the pipeline was archived is not caught up with.
UPDATE objects SET last_tick_at = clock_timestamp() WHERE pipeline_id = @pipeline_id AND schedule IS NOT NULL AND spec_digest IS NOT NULL;

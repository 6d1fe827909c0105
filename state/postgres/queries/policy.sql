-- name: ListPolicies :many
SELECT name, text, set_by, set_at FROM policies WHERE team_id = $1 ORDER BY name;

-- name: DeletePolicies :execrows
DELETE FROM policies WHERE team_id = $1;

-- name: InsertPolicy :exec
INSERT INTO policies (team_id, name, text, set_by) VALUES (@team_id, @name, @text, @set_by);

-- name: LockTeam :exec
SELECT id FROM teams WHERE id = $1 FOR UPDATE;

-- name: WorkerTags :many
SELECT DISTINCT tags FROM workers WHERE team_id IS NULL OR team_id = @team_id::uuid ORDER BY tags;
